"""Every failure of the API as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import logging
import math
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.errors import DomainError

logger = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"


def problem_json_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """Turn any exception raised in an API view into a problem document. Never a stack trace."""
    request = context.get("request")
    request_id = getattr(request, "request_id", None)
    set_rollback()
    if isinstance(exc, DomainError):
        errors = {exc.field: [exc.message]} if exc.field else None
        headers = {"Retry-After": str(exc.wait)} if exc.wait else None
        return problem(
            exc.status_code, exc.code, exc.message, errors=errors, request_id=request_id, headers=headers
        )
    api_error = _as_api_exception(exc)
    if api_error is None:
        logger.error("Unhandled error in the API", exc_info=exc)
        sentence = _("Something went wrong on our side. It has been recorded; please try again.")
        return problem(500, "server_error", sentence, request_id=request_id)
    headers = _headers_for(api_error)
    detail, code, errors = _describe(api_error)
    return problem(api_error.status_code, code, detail, errors=errors, request_id=request_id, headers=headers)


def problem(
    status_code: int,
    code: str,
    detail: str,
    *,
    errors: dict[str, list[str]] | None = None,
    request_id: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem document as a DRF response."""
    body = problem_body(status_code, code, detail, errors=errors, request_id=request_id)
    return Response(body, status=status_code, headers=headers, content_type=PROBLEM_TYPE)


def problem_body(
    status_code: int,
    code: str,
    detail: str,
    *,
    errors: dict[str, list[str]] | None = None,
    request_id: str | None = None,
) -> dict[str, Any]:
    """The members of RFC 9457 plus `code`, `errors` by field and `request_id`."""
    return {
        "type": f"urn:lokisa:problem:{code}",
        "title": str(_TITLES.get(status_code, gettext_lazy("Error"))),
        "status": status_code,
        "detail": detail,
        "code": code,
        "errors": errors or {},
        "request_id": request_id,
    }


_TITLES = {
    400: gettext_lazy("Bad request"),
    401: gettext_lazy("Not signed in"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Method not allowed"),
    406: gettext_lazy("Not acceptable"),
    409: gettext_lazy("Conflict"),
    412: gettext_lazy("Precondition failed"),
    413: gettext_lazy("Too large"),
    415: gettext_lazy("Unsupported media type"),
    422: gettext_lazy("Unprocessable"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Server error"),
    503: gettext_lazy("Unavailable"),
}


def _as_api_exception(exc: Exception) -> exceptions.APIException | None:
    if isinstance(exc, exceptions.APIException):
        return exc
    if isinstance(exc, Http404):
        return exceptions.NotFound()
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(exc, SuspiciousOperation):
        return _as_refused_request(exc)
    if isinstance(exc, OperationalError):
        # A lock or statement time-out is the database being busy, not a fault of the request.
        logger.warning("The database could not answer in time", exc_info=exc)
        sentence = _("The system is busy. Please try again in a moment.")
        return _api_exception(status.HTTP_503_SERVICE_UNAVAILABLE, "busy", sentence)
    return None


def _as_refused_request(exc: SuspiciousOperation) -> exceptions.APIException:
    """What Django itself refuses to read: too many bytes, too many fields, a forged host."""
    if isinstance(exc, RequestDataTooBig):
        sentence = _("This is more than can be sent at once.")
        return _api_exception(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "too_large", sentence)
    return exceptions.ParseError()


def _api_exception(status_code: int, code: str, sentence: str) -> exceptions.APIException:
    failure = exceptions.APIException(sentence, code)
    failure.status_code = status_code
    return failure


def _headers_for(exc: exceptions.APIException) -> dict[str, str]:
    headers: dict[str, str] = {}
    if authenticate := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = authenticate
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    return headers


def _describe(exc: exceptions.APIException) -> tuple[str, str, dict[str, list[str]] | None]:
    if isinstance(exc, exceptions.ValidationError):
        return _("Some of what was sent cannot be accepted."), "invalid", _flatten(exc.detail)
    if isinstance(exc, exceptions.Throttled):
        wait = max(math.ceil(getattr(exc, "wait", None) or 0), 1)
        sentence = ngettext(
            "That was too often in a short time. Try again in a second.",
            "That was too often in a short time. Try again in %(wait)d seconds.",
            wait,
        )
        return sentence % {"wait": wait}, exc.default_code, None
    codes = exc.get_codes()
    code = codes if isinstance(codes, str) else exc.default_code
    detail: Any = exc.detail
    if isinstance(detail, dict):
        # Tokens are refused with a code of their own beside the sentence.
        code = detail.get("code", code)
        detail = detail.get("detail", exc.default_detail)
    return str(detail), str(code), None


def _flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Nested validation errors as dotted field names with their sentences."""
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for name, value in detail.items():
            flat.update(_flatten(value, f"{prefix}.{name}" if prefix else str(name)))
        return flat
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        flat = {}
        for index, item in enumerate(detail):
            if item:
                flat.update(_flatten(item, f"{prefix}.{index}" if prefix else str(index)))
        return flat
    sentences = [str(item) for item in detail] if isinstance(detail, list) else [str(detail)]
    return {prefix or "non_field_errors": sentences}
