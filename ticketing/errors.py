"""Pages for what goes wrong; under /api/ the same as problem documents. Never a stack trace."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _

from common.exception_handler import PROBLEM_TYPE, problem_body

logger = logging.getLogger(__name__)
API_PREFIX = "/api/"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    sentence = _("Something in this request does not fit together. Go back, look it over and try again.")
    return answer(request, 400, "bad_request", sentence)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 403, "not_allowed", _("You are not allowed to do this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = _(
        "The page was open for too long, or your browser refuses cookies. Go back, reload it and try again."
    )
    return answer(request, 403, "csrf_failed", sentence)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 404, "not_found", _("There is nothing here under that name."))


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    sentence = _("That was too often in a short time. Wait a few minutes, then try again.")
    response = answer(request, 429, "throttled", sentence)
    response["Retry-After"] = "300"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    sentence = _("Something went wrong on our side. It has been recorded; please try again.")
    return answer(request, 500, "server_error", sentence)


def answer(request: HttpRequest, status: int, code: str, sentence: str) -> HttpResponse:
    request_id = getattr(request, "request_id", None)
    if request.path_info.startswith(API_PREFIX):
        body = problem_body(status, code, sentence, request_id=request_id)
        return JsonResponse(body, status=status, content_type=PROBLEM_TYPE)
    context = {"status": status, "sentence": sentence, "request_id": request_id}
    try:
        page = render_to_string(f"errors/{status}.html", context, request=request)
    except Exception:
        # The page asks who is signed in. With the database gone that fails too; a sentence must still come.
        logger.exception("The error page itself could not be rendered")
        page = format_html("<!doctype html><title>{0}</title><p>{0}</p>", sentence)
    return HttpResponse(page, status=status)
