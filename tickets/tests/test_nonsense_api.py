"""Nonsense is answered with a sentence by the field and changes nothing; never with a stack trace."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from departments.models import Category
from tickets.models import Ticket
from tickets.tests.api import ROOT, api_client, assert_problem, path_of, state_of

pytestmark = pytest.mark.django_db
TICKETS = f"{ROOT}/tickets/"
GOOD = {"title": "Burst pipe"}

NOT_OBJECTS = [b"[]", b"[1, 2]", b'"text"', b"12", b"true", b'[{"title": "x"}]']
NOT_JSON = [
    b"{",
    b"{'title': 'x'}",
    b'{"latitude": NaN}',
    b'{"latitude": Infinity}',
    b"\xff\xfe{}",
    b'{"title": "\\ud800"}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"\x00",
]
FIELDS: list[tuple[str, Any]] = [
    ("title", ""),
    ("title", "   "),
    ("title", None),
    ("title", ["x"]),
    ("title", {"a": 1}),
    ("title", True),
    ("title", "x" * 201),
    ("title", "a\u0000b"),
    ("title", "a\u0007b"),
    ("title", "bell\u001b[31m"),
    ("description", "x" * 5001),
    ("description", "a\u0000b"),
    ("description", 5 * [1]),
    ("address", "x" * 251),
    ("category", "no-such"),
    ("category", ["x"]),
    ("category", "a\u0000b"),
    ("department", "no-such"),
    ("latitude", "NaN"),
    ("latitude", "inf"),
    ("latitude", 91),
    ("latitude", True),
    ("latitude", "north"),
    ("longitude", -181),
    ("longitude", [28.1]),
    ("customer_email", "nobody"),
    ("customer_email", "a" * 300 + "@example.org"),
    ("customer_phone", "12"),
    ("customer_phone", "x" * 41),
    ("customer_name", "a\u0000b"),
    ("priority", "asap"),
    ("priority", 3),
    ("priority", ["high"]),
    ("tags", "leak"),
    ("tags", ["x" * 41]),
    ("tags", ["a"] * 21),
    ("tags", [["a"]]),
    ("tags", ["a\u0000"]),
    ("assignees", "me"),
    ("assignees", [None]),
    ("lead", "no-such"),
    ("project", "no-such"),
    ("source", "dream"),
    ("is_public", "perhaps"),
    ("external_ref", "x" * 101),
    ("organisation", "no-such"),
    ("organisation", {}),
    ("colour", "red"),
]


@pytest.mark.parametrize("payload", [*NOT_OBJECTS, *NOT_JSON], ids=lambda payload: repr(payload[:30]))
def test_a_body_that_is_no_json_object_is_refused(ticket: Ticket, agent: User, payload: bytes) -> None:
    before, count = state_of(ticket), Ticket.objects.count()
    client = api_client(agent)
    for method, path in (
        (client.post, TICKETS),
        (client.patch, path_of(ticket)),
        (client.post, path_of(ticket, "start")),
        (client.post, path_of(ticket, "status")),
        (client.post, path_of(ticket, "pick")),
        (client.post, path_of(ticket, "verification")),
        (client.post, f"{ROOT}/auth/token/"),
        (client.post, f"{ROOT}/accounts/"),
    ):
        assert_problem(method(path, data=payload, content_type="application/json"), 400)
    assert (state_of(ticket), Ticket.objects.count()) == (before, count)


@pytest.mark.parametrize(("field", "bad"), FIELDS, ids=lambda part: repr(part)[:40])
def test_a_bad_field_is_named_and_nothing_is_logged(
    category: Category, agent: User, field: Any, bad: Any
) -> None:
    point = {"latitude": -25.7, "longitude": 28.2} if field in {"latitude", "longitude"} else {}
    body = {**GOOD, "category": category.code, **point, field: bad}
    problem = assert_problem(api_client(agent).post(TICKETS, body), 400)
    named = {name.split(".")[0] for name in problem["errors"]}
    assert named == {{"customer_phone": "phone"}.get(field, field)} or named == {field}
    assert Ticket.objects.count() == 0


def test_a_number_that_floats_cannot_hold_is_no_place(category: Category, agent: User) -> None:
    for number in ("1e400", "9" * 400, "-1e999"):
        body = f'{{"title": "Burst pipe", "latitude": {number}, "longitude": 28.2}}'
        assert_problem(api_client(agent).post(TICKETS, data=body, content_type="application/json"), 400)
    assert Ticket.objects.count() == 0


def test_half_a_place_is_no_place(category: Category, agent: User) -> None:
    body = {**GOOD, "category": category.code, "latitude": -25.7}
    assert_problem(api_client(agent).post(TICKETS, body), 400)
    assert Ticket.objects.count() == 0


def test_the_longest_texts_that_are_allowed_pass_in_any_language(category: Category, agent: User) -> None:
    body = {"title": "漏" * 200, "description": "Ḓivhazwakale 🚰 " * 300, "category": category.code}
    response = api_client(agent).post(TICKETS, body)
    assert response.status_code == 201, response.content
    assert response.json()["title"] == "漏" * 200


@pytest.mark.parametrize("verb", ["start", "respond", "resolve", "reject", "messages", "notes", "promote"])
def test_words_of_verbs_are_checked_too(ticket: Ticket, agent: User, verb: str) -> None:
    field = {"respond": "message", "reject": "reason", "messages": "body", "notes": "body"}.get(verb, "note")
    before = state_of(ticket)
    for words in ("a\u0000b", "a\u001bb", "x" * 5001, ["x"], {"x": 1}, True):
        problem = assert_problem(api_client(agent).post(path_of(ticket, verb), {field: words}), 400)
        assert list(problem["errors"]) == [field]
    assert_problem(api_client(agent).post(path_of(ticket, verb), {field: "ok", "extra": 1}), 400)
    assert state_of(ticket) == before


@pytest.mark.parametrize(
    "path",
    [
        "tickets/%00/",
        "tickets/" + "x" * 3000 + "/",
        "tickets/😀/",
        "tickets/..%2f..%2fetc/",
        "tickets/'; drop table--/",
        "tickets/00000000-0000-0000-0000-000000000000/",
        "departments/00000000-0000-0000-0000-000000000000/",
        "departments/x/",
        "nothing/here/",
        "nothing",
    ],
)
def test_strange_addresses_are_problems_too(ticket: Ticket, agent: User, path: str) -> None:
    response = api_client(agent).get(f"{ROOT}/{path}")
    assert response.status_code in {400, 404}
    assert_problem(response, response.status_code)


def test_methods_types_and_sizes_that_do_not_fit_are_problems(ticket: Ticket, agent: User) -> None:
    client = api_client(agent)
    before = state_of(ticket)
    answer = client.put(path_of(ticket), {})
    assert_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, PATCH, DELETE, HEAD, OPTIONS"
    assert_problem(client.get(path_of(ticket, "start")), 405)
    form = client.post(
        path_of(ticket, "start"), data="note=x", content_type="application/x-www-form-urlencoded"
    )
    assert_problem(form, 415, "unsupported_media_type")
    huge = b'{"note": "' + b"x" * 1024 * 1024 + b'"}'
    assert_problem(client.post(path_of(ticket, "start"), data=huge, content_type="application/json"), 413)
    assert state_of(ticket) == before


def test_who_accepts_json_at_all_gets_it_and_who_does_not_is_told_so(ticket: Ticket) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for accept in (
        browser,
        "application/*",
        "application/json;q=0.1",
        "application/problem+json",
        "nonsense",
    ):
        assert api_client().get(path_of(ticket), headers={"Accept": accept}).json()["title"] == ticket.title
        assert_problem(api_client().get(f"{TICKETS}TSH-222-222/", headers={"Accept": accept}), 400)
    for accept in ("text/html", "application/xml, text/csv"):
        refused = api_client().get(path_of(ticket), headers={"Accept": accept})
        assert_problem(refused, 406, "not_acceptable")


def test_a_bad_token_is_refused_even_where_visitors_may_read(ticket: Ticket) -> None:
    client = api_client()
    for header in ("Bearer nonsense", "Bearer", "Bearer a b", "Bearer eyJhbGciOiJub25lIn0.e30."):
        client.credentials(HTTP_AUTHORIZATION=header)
        response = client.get(path_of(ticket))
        if header != "Bearer":
            assert_problem(response, 401)
        else:
            assert response.status_code in {200, 401}


def test_a_problem_speaks_the_readers_language_and_names_the_request(ticket: Ticket) -> None:
    answer = api_client().get(f"{TICKETS}TSH-222-222/", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer.json()["request_id"] == "from-the-proxy-1" == answer["X-Request-ID"]
