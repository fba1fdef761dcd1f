"""Who waits for an answer: the last word is the resident's, and who waits longest comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import User
from departments.models import Category
from departments.tests.factories import staff_member
from tickets import desk
from tickets.actions.callbacks import ask_for_call, finish_callback
from tickets.actions.conversation import add_message, add_note
from tickets.actions.lifecycle import reject_ticket, resolve_ticket, respond
from tickets.models import Ticket
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db
PAGE = "/console/tickets/ticket/conversations/"
MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def asked(category: Category, person: User, words: str = "Any news?") -> Ticket:
    ticket = report_ticket(category, reporter=person)
    add_message(ticket, body=words, acting_user=person)
    return ticket


def since(ticket: Ticket) -> datetime | None:
    return Ticket.objects.get(pk=ticket.pk).unanswered_since


def signed_in(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def shown(client: Client, path: str = PAGE) -> list[str]:
    return [row.reference for row in client.get(path).context["rows"]]


def test_it_waits_since_the_first_word_that_nobody_answered(
    category: Category, resident: User, agent: User
) -> None:
    with time_machine.travel(MONDAY, tick=False) as travel:
        ticket = asked(category, resident)
        travel.shift(HOUR)
        add_message(ticket, body="Hello?", acting_user=resident)
        add_note(ticket, body="They write a lot.", acting_user=agent)
        assert since(ticket) == MONDAY
        add_message(ticket, body="We are on our way.", acting_user=agent)
        assert since(ticket) is None


@pytest.mark.parametrize(
    "end",
    [
        lambda ticket, agent: respond(ticket, message="Which gate?", acting_user=agent),
        lambda ticket, agent: resolve_ticket(ticket, note="Done.", acting_user=agent),
        lambda ticket, agent: reject_ticket(ticket, reason="Not ours.", acting_user=agent),
    ],
)
def test_an_answer_of_any_kind_ends_the_waiting(
    category: Category, resident: User, agent: User, end: Any
) -> None:
    ticket = asked(category, resident)
    end(ticket, agent)
    assert since(ticket) is None


def test_a_call_that_was_made_is_an_answer(category: Category, resident: User, agent: User) -> None:
    ticket = asked(category, resident)
    finish_callback(ask_for_call(ticket, acting_user=resident), note="Explained.", acting_user=agent)
    assert since(ticket) is None


def test_the_reply_to_an_answer_waits_again(category: Category, resident: User, agent: User) -> None:
    ticket = report_ticket(category, reporter=resident)
    respond(ticket, message="Which gate?", acting_user=agent)
    add_message(ticket, body="The blue one.", acting_user=resident)
    assert since(ticket) is not None


def test_the_page_shows_who_waits_longest_first_with_the_last_words(
    client: Client, category: Category, resident: User, agent: User
) -> None:
    with time_machine.travel(MONDAY, tick=False) as travel:
        first = asked(category, resident, "Is it today?")
        travel.shift(HOUR)
        second = asked(category, resident)
        travel.shift(24 * HOUR)
        page = signed_in(client, agent).get(PAGE)
    rows = page.context["rows"]
    assert [row.reference for row in rows] == [first.reference, second.reference]
    assert (rows[0].said, rows[0].waits.tone, rows[1].waits.tone) == ("Is it today?", "overdue", "waiting")
    assert f"/console/tickets/ticket/{first.pk}/change/?open=message" in page.content.decode()


def test_the_part_that_is_renewed_is_the_list_alone(
    client: Client, category: Category, resident: User, agent: User
) -> None:
    ticket = asked(category, resident)
    part = signed_in(client, agent).get(f"{PAGE}now/").content.decode()
    assert (ticket.reference in part, "<html" in part) == (True, False)


def test_pages_go_on_where_the_last_one_ended(
    client: Client, category: Category, resident: User, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "TALKS", 2)
    tickets = [asked(category, resident) for _ticket in range(5)]
    signed_in(client, agent)
    found, path = [], PAGE
    while path:
        page = client.get(path)
        found.append([row.reference for row in page.context["rows"]])
        path = page.context["next_url"]
    assert [len(rows) for rows in found] == [2, 2, 1]
    assert [name for rows in found for name in rows] == [ticket.reference for ticket in tickets]


@pytest.mark.parametrize(
    "after", ["x", "1_2", "nan_01a2168a574677c7ae9e62a8866bb1f8", "9e99_" + "0" * 32, "é_"]
)
def test_a_place_that_nobody_was_given_is_the_top(
    client: Client, category: Category, resident: User, agent: User, after: str
) -> None:
    ticket = asked(category, resident)
    assert shown(signed_in(client, agent), f"{PAGE}?after={after}") == [ticket.reference]


def test_it_can_be_narrowed_to_ones_own(
    client: Client, category: Category, resident: User, agent: User, department_admin: User
) -> None:
    ticket = asked(category, resident)
    assert Ticket.objects.get().assignee == agent
    signed_in(client, department_admin)
    narrowed = {
        whose: shown(client, f"{PAGE}?whose={whose}") for whose in ("mine", "departments", "nonsense")
    }
    assert narrowed == {"mine": [], "departments": [ticket.reference], "nonsense": [ticket.reference]}
    assert shown(signed_in(client, agent), f"{PAGE}?whose=mine") == [ticket.reference]


def test_each_sees_what_they_reach_and_who_knows_no_reporters_nothing(
    client: Client, category: Category, resident: User, agent: User, outside_agent: User
) -> None:
    ticket = asked(category, resident)
    call_centre = staff_member(category.department, role=Role.CALL_CENTRE)
    auditor = staff_member(category.department, role=Role.AUDITOR)
    assert shown(signed_in(client, call_centre)) == [ticket.reference]
    assert shown(signed_in(client, outside_agent)) == []
    for path in (PAGE, f"{PAGE}now/", "/console/tickets/ticket/waiting.json"):
        assert signed_in(client, auditor).get(path).status_code == 403


def test_the_menu_counts_conversations_and_calls_that_are_due(
    client: Client, category: Category, resident: User, agent: User, outside_agent: User
) -> None:
    ticket = asked(category, resident)
    ask_for_call(ticket, acting_user=resident)
    later = asked(category, resident)
    ask_for_call(later, acting_user=resident, call_after=datetime.now(tz=UTC) + timedelta(days=1))
    answer = signed_in(client, agent).get("/console/tickets/ticket/waiting.json").json()
    calls, photos = "/console/tickets/callback/", "/console/tickets/ticket/photos/"
    assert answer == {"counts": {PAGE: 2, calls: 1, photos: 0}}
    nothing = signed_in(client, outside_agent).get("/console/tickets/ticket/waiting.json").json()
    assert nothing == {"counts": {PAGE: 0, calls: 0, photos: 0}}


def test_three_conversations_take_as_many_queries_as_one(
    client: Client, category: Category, resident: User, agent: User
) -> None:
    signed_in(client, agent)
    counts = []
    for more in (1, 2):
        for _ticket in range(more):
            asked(category, resident)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_calls_that_are_due_come_first_and_what_is_over_last(
    client: Client, category: Category, resident: User, agent: User
) -> None:
    now = datetime.now(tz=UTC)
    over = ask_for_call(report_ticket(category, reporter=resident), acting_user=resident)
    finish_callback(over, note="Called.", acting_user=agent)
    later = ask_for_call(
        report_ticket(category, reporter=resident), acting_user=resident, call_after=now + HOUR
    )
    due = ask_for_call(report_ticket(category, reporter=resident), acting_user=resident)
    page = signed_in(client, agent).get("/console/tickets/callback/")
    assert list(page.context["cl"].result_list) == [due, later, over]
