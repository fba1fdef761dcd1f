"""What docs/api.md promises under "Conventions", asked of every operation that the API describes.

A new operation is walked here without being named. What it answers must stand in its description.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.conventions.walking import CHANGING, Operation, Walker, expect_of_all, problem_of, walk
from tests.isolation.rows import state_of
from tickets.tests.api import PROBLEM

pytestmark = pytest.mark.django_db
LIMITS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy")
# Whoever types them may use any character there is; they are compared and never shown.
PASSWORDS = frozenset({"password", "secret"})


def takes_body(operation: Operation) -> bool:
    return operation.takes_body


def posts(operation: Operation) -> bool:
    return operation.method == "POST"


def reads(operation: Operation) -> bool:
    return operation.method == "GET"


def compares(operation: Operation) -> bool:
    return operation.has_header("If-Match")


# Addresses and methods


def test_addresses_answer_with_and_without_their_last_slash_and_never_redirect(walker: Walker) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk():
            address = operation.address(walker.one).rstrip("/")
            body = operation.body(walker.one)
            statuses = {
                spelled: walker.ask(operation, path=spelled, body=body).status_code
                for spelled in (address, f"{address}/")
            }
            alike = len(set(statuses.values())) == 1 and not 300 <= statuses[address] < 400
            yield operation, "" if alike else f"must answer both spellings alike and directly: {statuses}"

    expect_of_all(told())


def test_methods_that_are_not_described_answer_405_and_name_those_that_are(walker: Walker) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk():
            described = {other.method for other in walk() if other.path == operation.path}
            for method in sorted({"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - described):
                response = walker.send(operation, method=method)
                allowed = set(response.get("Allow", "").split(", "))
                fits = allowed - {"HEAD", "OPTIONS", ""} == described
                yield operation, problem_of(response, 405) or ("" if fits else f"allows {sorted(allowed)}")

    expect_of_all(told())


# Parameters and bodies


def test_parameters_that_are_not_known_are_refused_by_name_and_change_nothing(walker: Walker) -> None:
    before = state_of(walker.one)

    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk():
            body = operation.body(walker.one)
            response = walker.ask(operation, query={"no_such_parameter": "1"}, body=body, keep=True)
            wrong = problem_of(response, 400)
            named = wrong or "no_such_parameter" in response.json()["errors"]
            yield operation, wrong or ("" if named else "must name the unknown parameter under errors")

    expect_of_all(told())
    assert state_of(walker.one) == before


def test_parameters_that_are_given_twice_are_refused(walker: Walker) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk(reads):
            names = [row["name"] for row in operation.described.get("parameters", []) if row["in"] == "query"]
            for name in names[:1]:
                yield operation, problem_of(walker.ask(operation, query={name: ["1", "2"]}), 400)

    expect_of_all(told())


def test_fields_that_are_not_known_are_refused_by_name_and_change_nothing(walker: Walker) -> None:
    before = state_of(walker.one)

    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk(takes_body):
            body = {**operation.body(walker.one), "no_such_field": 1}
            response = walker.ask(operation, body=body, keep=True)
            wrong = problem_of(response, 400)
            named = wrong or "no_such_field" in response.json()["errors"]
            yield operation, wrong or ("" if named else "must name the unknown field under errors")

    expect_of_all(told())
    assert state_of(walker.one) == before


def text_fields(operation: Operation) -> list[str]:
    """Fields that take any text: neither a choice nor of a format that admits few characters."""
    return [
        name
        for name, said in operation.properties().items()
        if "string" in (said.get("type"), *(said.get("type") if isinstance(said.get("type"), list) else ()))
        and not {"enum", "format"} & set(said)
    ]


@pytest.mark.parametrize("character", ["\u0000", "\u0007", "\u001b", "\u0085", "\ud800"], ids=ascii)
def test_control_characters_are_refused_in_every_text(walker: Walker, character: str) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk(takes_body):
            for name in text_fields(operation):
                if name in PASSWORDS and character not in "\u0000\ud800":
                    continue
                body = json.dumps({**operation.body(walker.one), name: f"ab{character}cd"}, default=str)
                yield operation, problem_of(walker.ask(operation, body=body.encode()), 400)

    expect_of_all(told())


def test_every_text_has_a_length_and_longer_ones_are_refused(walker: Walker) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk(takes_body):
            for name in text_fields(operation):
                longest = operation.properties()[name].get("maxLength")
                if longest is None:
                    yield operation, f"must say a maxLength for {name}"
                    continue
                response = walker.ask(
                    operation, body={**operation.body(walker.one), name: "x" * (longest + 1)}
                )
                yield operation, problem_of(response, 400)

    expect_of_all(told())


NOT_JSON = {
    "half a body": b'{"title": ',
    "not a number": b'{"title": NaN}',
    "not UTF-8": b'{"title": "\xff\xfe"}',
    "a name twice": b'{"title": "one", "title": "two"}',
    "a name twice, deeper": b'{"tags": [{"a": 1, "a": 2}]}',
    "a list": b"[]",
    "a word": b'"title"',
    "nothing": b"null",
    "deep": b'{"a":' * 400 + b"1" + b"}" * 400,
    "bottomless": b"[" * 100_000,
}


@pytest.mark.parametrize("payload", NOT_JSON.values(), ids=NOT_JSON)
def test_bodies_that_are_no_json_object_are_refused(walker: Walker, payload: bytes) -> None:
    before = state_of(walker.one)
    refused = (
        (operation, problem_of(walker.ask(operation, body=payload, keep=True), 400))
        for operation in walk(takes_body)
    )
    expect_of_all(refused)
    assert state_of(walker.one) == before


def test_bodies_of_another_type_and_bodies_that_are_too_large_are_refused(walker: Walker) -> None:
    before = state_of(walker.one)
    large = b'{"title": "' + b"x" * 1024 * 1024 + b'"}'

    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk(takes_body):
            for other in ("text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                response = walker.ask(operation, body=b"<title/>", content_type=other, keep=True)
                yield operation, problem_of(response, 415)
            yield operation, problem_of(walker.ask(operation, body=large, keep=True), 413)

    expect_of_all(told())
    assert state_of(walker.one) == before


def test_who_accepts_no_json_is_told_so_and_changes_nothing(walker: Walker) -> None:
    before = state_of(walker.one)
    refused = (
        (operation, problem_of(walker.ask(operation, headers={"accept": "text/html"}, keep=True), 406))
        for operation in walk()
    )
    expect_of_all(refused)
    assert state_of(walker.one) == before


# Who


def test_who_is_nobody_is_asked_to_sign_in_wherever_visitors_may_not_go(walker: Walker) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk():
            response = walker.ask(operation, body=operation.body(walker.one), visitor=True)
            is_open = {} in operation.described.get("security", [{}])
            if not is_open:
                yield (
                    operation,
                    problem_of(response, 401)
                    or (
                        ""
                        if response.has_header("WWW-Authenticate")
                        else "must say WWW-Authenticate with 401"
                    ),
                )

    expect_of_all(told())


def test_credentials_that_are_nonsense_are_refused_even_where_visitors_may_go(walker: Walker) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk():
            if not any(operation.described.get("security", [])):
                continue
            for nonsense in ("Bearer nonsense", "Api-Key nonsense.nonsense"):
                response = walker.ask(operation, headers={"authorization": nonsense})
                yield (
                    operation,
                    problem_of(response, 401)
                    or (
                        ""
                        if response.has_header("WWW-Authenticate")
                        else "must say WWW-Authenticate with 401"
                    ),
                )

    expect_of_all(told())


# Limits


def test_every_answer_says_what_is_left_of_its_limits(walker: Walker) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk():
            for response in (
                walker.ask(operation, body=operation.body(walker.one)),
                walker.ask(operation, visitor=True),
                walker.ask(operation, headers={"authorization": "Bearer nonsense"}),
            ):
                missing = [name for name in (*LIMITS, "X-Request-ID") if name not in response]
                yield operation, f"answered {response.status_code} without {missing}" if missing else ""

    expect_of_all(told())


# Versions


def test_whoever_has_what_is_shown_gets_304(walker: Walker) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk(reads):
            first = walker.ask(operation)
            if first.status_code != 200:
                yield operation, f"must show its own admin something, not {first.status_code}"
                continue
            if first.streaming and "ETag" not in first:
                # An export is made while it is sent: nobody knows its version beforehand.
                continue
            for known in (
                first["ETag"],
                f'"other", {first["ETag"]}',
                f"W/{first['ETag'].removeprefix('W/')}",
            ):
                again = walker.ask(operation, headers={"if-none-match": known})
                fits = (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
                yield operation, "" if fits else f"must answer 304 to If-None-Match: {known}"
            other = walker.ask(operation, headers={"if-none-match": '"another"'})
            yield operation, "" if other.status_code == 200 else "must answer 200 when it has changed"

    expect_of_all(told())


def test_a_change_that_saw_another_version_is_refused_with_the_present_one(walker: Walker) -> None:
    before = state_of(walker.one)

    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk(compares):
            for stale in ('"999999999"', '"nonsense"', "nonsense"):
                response = walker.ask(
                    operation, body=operation.body(walker.one), headers={"if-match": stale}, keep=True
                )
                yield (
                    operation,
                    problem_of(response, 412)
                    or ("" if "ETag" in response else "must say the present ETag with 412"),
                )

    expect_of_all(told())
    assert state_of(walker.one) == before


def test_every_change_of_something_that_can_be_read_compares_versions() -> None:
    readable = {operation.path for operation in walk(reads)}
    without = [
        operation.name
        for operation in walk()
        if operation.method in {"PUT", "PATCH", "DELETE"}
        and operation.path in readable
        and not operation.has_header("If-Match")
    ]
    assert without == []


# Repetition


def test_a_post_that_is_sent_again_is_answered_as_it_was_and_done_once(walker: Walker) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk(posts):
            key = {"idempotency-key": str(uuid4())}
            body = operation.body(walker.one)
            first = walker.ask(operation, body=body, headers=key, keep=True)
            after = state_of(walker.one)
            again = walker.ask(operation, body=body, headers=key, keep=True)
            yield operation, difference(first, again)
            yield operation, "" if state_of(walker.one) == after else "must not be done twice"
            another: Any = {**body, "another": "body"}
            if not operation.takes_files:
                another = json.dumps(another, default=str).encode()
            other = walker.ask(operation, body=another, headers=key, keep=True)
            yield operation, problem_of(other, 422)
            yield (
                operation,
                "" if operation.has_header("Idempotency-Key") else "must document Idempotency-Key",
            )

    expect_of_all(told())


def difference(first: Any, again: Any) -> str:
    if again.get("Idempotency-Replayed") != "true" or "Idempotency-Replayed" in first:
        return f"must say Idempotency-Replayed: true the second time (answered {again.status_code})"
    if (again.status_code, again.content) != (first.status_code, first.content):
        said = [(answer.status_code, answer.content[:200]) for answer in (first, again)]
        return f"must answer the same again: {said}"
    kept = ("Content-Type", "ETag", "Location", "Cache-Control", "WWW-Authenticate")
    changed = {name for name in kept if first.get(name) != again.get(name)}
    return f"must say {sorted(changed)} again" if changed else ""


def test_keys_that_are_no_keys_are_refused(walker: Walker) -> None:
    before = state_of(walker.one)

    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk(posts):
            for nonsense in ("", " ", "two words", "x" * 256, '"unfinished', "ké"):
                response = walker.ask(
                    operation,
                    body=operation.body(walker.one),
                    headers={"idempotency-key": nonsense},
                    keep=True,
                )
                yield operation, problem_of(response, 400)

    expect_of_all(told())
    assert state_of(walker.one) == before


# Failures


def test_a_failure_of_ours_is_a_problem_without_a_trace(
    walker: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> Iterator[tuple[Operation, str]]:
        for operation in walk():
            response = walker.ask(operation, body=operation.body(walker.one))
            yield (
                operation,
                problem_of(response, 500)
                or ("shows what went wrong inside" if b"quicksand" in response.content else ""),
            )

    def sink(*_args: Any, **_options: Any) -> Any:
        raise RuntimeError("quicksand")

    monkeypatch.setattr("common.api.views.refuse_what_is_not_described", sink)
    expect_of_all(told())


def test_what_is_not_there_is_a_problem(walker: Walker) -> None:
    for path in ("/api/v1/nothing/", "/api/v1/nothing", "/api/", "/api/v2/tickets/"):
        response = walker.client.get(path)
        assert (response.status_code, response["Content-Type"]) == (404, PROBLEM)
        assert problem_of(response, 404) == ""


def test_every_method_that_changes_is_one_of_those_walked() -> None:
    assert {operation.method for operation in walk()} <= CHANGING | {"GET"}
