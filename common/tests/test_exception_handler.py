"""Every failure of an API view is a problem document, whatever was raised."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.exceptions import DisallowedHost, PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.test import APIRequestFactory

from common.errors import DomainError, InvalidInput, NotAllowed, NotFound, StaleVersion
from common.exception_handler import PROBLEM_TYPE, problem_json_handler


def answer_to(error: Exception, *, request_id: str | None = "id-of-request") -> Any:
    request = APIRequestFactory().get("/")
    if request_id:
        request.request_id = request_id  # type: ignore[attr-defined]
    return problem_json_handler(error, {"request": request})


class Taken(DomainError):
    code = "taken"
    sentence = gettext_lazy("Somebody has it.")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Taken(), 409, "taken"),
        (InvalidInput(), 400, "invalid"),
        (NotAllowed(), 403, "not_allowed"),
        (NotFound(), 404, "not_found"),
        (StaleVersion(), 412, "stale_version"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (RequestDataTooBig(), 413, "too_large"),
        (TooManyFieldsSent(), 400, "parse_error"),
        (DisallowedHost(), 400, "parse_error"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.AuthenticationFailed(), 401, "authentication_failed"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (exceptions.UnsupportedMediaType("text/csv"), 415, "unsupported_media_type"),
        (exceptions.Throttled(wait=4.2), 429, "throttled"),
        (OperationalError("canceling statement due to lock timeout"), 503, "busy"),
        (exceptions.ParseError(), 400, "parse_error"),
    ],
)
def test_a_refusal_is_a_problem_document_with_its_status_and_code(
    error: Exception, status: int, code: str
) -> None:
    answer = answer_to(error)
    assert (answer.status_code, answer.content_type) == (status, PROBLEM_TYPE)
    assert answer.data["detail"] != ""
    assert answer.data == {
        "type": f"urn:lokisa:problem:{code}",
        "title": answer.data["title"],
        "status": status,
        "detail": answer.data["detail"],
        "code": code,
        "errors": {},
        "request_id": "id-of-request",
    }


def test_a_refusal_about_a_field_names_it() -> None:
    answer = answer_to(Taken("The name is taken.", field="name"))
    assert answer.data["errors"] == {"name": ["The name is taken."]}


def test_nested_field_errors_come_with_dotted_names() -> None:
    detail: Any = {
        "title": ["Too long.", "Odd."],
        "place": {"latitude": ["NaN."]},
        "tags": [{}, {"name": ["Empty."]}],
    }
    answer = answer_to(exceptions.ValidationError(detail))
    assert (answer.status_code, answer.data["code"]) == (400, "invalid")
    assert answer.data["errors"] == {
        "title": ["Too long.", "Odd."],
        "place.latitude": ["NaN."],
        "tags.1.name": ["Empty."],
    }


def test_errors_about_the_whole_input_have_a_name_too() -> None:
    answer = answer_to(exceptions.ValidationError("Both or neither."))
    assert answer.data["errors"] == {"non_field_errors": ["Both or neither."]}


def test_whoever_comes_too_often_hears_when_to_come_again() -> None:
    assert answer_to(exceptions.Throttled(wait=4.2))["Retry-After"] == "5"


def test_a_fault_of_ours_is_recorded_and_says_nothing_about_itself(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = answer_to(RuntimeError("SELECT secret FROM somewhere"))
    assert (answer.status_code, answer.data["code"]) == (500, "server_error")
    assert "secret" not in str(answer.data)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_request_without_an_id_gets_a_problem_without_one() -> None:
    assert answer_to(NotFound(), request_id=None).data["request_id"] is None
