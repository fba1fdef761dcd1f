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
    text = _("Something in this request does not fit together. Go back, look it over and try again.")
    return answer(request, 400, "bad_request", _("That did not work"), text)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("You are signed in, but this part is not open to you.")
    return answer(request, 403, "not_allowed", _("You are not allowed to do this"), text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _(
        "The page was open for too long, or your browser refuses cookies. Go back, reload it and try again."
    )
    return answer(request, 403, "csrf_failed", _("Please try that once more"), text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("The address may be mistyped, or what was here has been withdrawn.")
    return answer(request, 404, "not_found", _("There is nothing here under that name"), text)


def server_error(request: HttpRequest) -> HttpResponse:
    text = _("It has been recorded, and nothing you sent was half saved. Please try again in a moment.")
    return answer(request, 500, "server_error", _("Something went wrong on our side"), text)


def answer(request: HttpRequest, status: int, code: str, headline: str, text: str) -> HttpResponse:
    request_id = getattr(request, "request_id", None)
    if request.path_info.startswith(API_PREFIX):
        body = problem_body(status, code, f"{headline}. {text}", request_id=request_id)
        return JsonResponse(body, status=status, content_type=PROBLEM_TYPE)
    context = {"status": status, "headline": headline, "text": text, "request_id": request_id}
    try:
        page = render_to_string("error.html", context, request=request)
    except Exception:
        # The page asks who is signed in. With the database gone that fails too; a sentence must still come.
        logger.exception("The error page itself could not be rendered")
        page = format_html("<!doctype html><title>{0}</title><h1>{0}</h1><p>{1}</p>", headline, text)
    return HttpResponse(page, status=status)
