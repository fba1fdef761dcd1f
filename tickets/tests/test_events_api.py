"""The feed over HTTP: in order, complete, and only what the reader may see."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from tickets.actions.conversation import add_message, add_note
from tickets.actions.lifecycle import start_work, withdraw_ticket
from tickets.feed import relay_events
from tickets.models import Ticket, TicketEvent
from tickets.permissions import can_view_ticket, visible_parts
from tickets.tests.api import ROOT, api_client, assert_problem

pytestmark = pytest.mark.django_db
EVENTS = f"{ROOT}/events/"


def read(user: User | None, **query: Any) -> dict[str, Any]:
    response = api_client(user).get(EVENTS, query)
    assert response.status_code == 200, response.content
    page: dict[str, Any] = response.json()
    return page


def test_events_are_read_in_order_and_gone_on_from_a_position(ticket: Ticket, agent: User) -> None:
    start_work(ticket, acting_user=agent)
    assert read(agent)["results"] == []
    relay_events()

    whole = read(agent)
    assert [event["event"] for event in whole["results"]] == [
        "ticket_created",
        "ticket_updated",
        "ticket_updated",
    ]
    last = whole["results"][-1]
    assert (last["reference"], last["kind"], last["status_changed"]) == (
        ticket.reference,
        "ticket.started",
        True,
    )
    assert whole["after"] == last["position"]

    first = read(agent, limit="2")
    assert (len(first["results"]), first["more"]) == (2, True)
    rest = read(agent, after=str(first["after"]))
    assert first["results"] + rest["results"] == whole["results"]
    assert rest["more"] is False
    assert read(agent, after=str(rest["after"])) == {"results": [], "after": rest["after"], "more": False}


def test_a_withdrawal_is_told_to_those_who_could_see_the_ticket(ticket: Ticket, resident: User) -> None:
    withdraw_ticket(ticket, acting_user=resident)
    relay_events()
    assert read(None)["results"][-1]["event"] == "ticket_deleted"


def test_each_reader_gets_the_events_whose_parts_they_see(
    ticket: Ticket,
    private_ticket: Ticket,
    agent: User,
    resident: User,
    neighbour: User,
    outside_agent: User,
    auditor: User,
    department_admin: User,
) -> None:
    for each in (ticket, private_ticket):
        start_work(each, acting_user=agent)
        add_message(each, body="On our way.", acting_user=agent)
        add_note(each, body="Key at the depot.", acting_user=agent)
    relay_events()

    for user in (None, agent, resident, neighbour, outside_agent, auditor, department_admin):
        feed = read(user, organisation=ticket.organisation.slug)
        allowed = [
            event.position
            for event in TicketEvent.objects.select_related("ticket").order_by("position")
            if may_read(user, event)
        ]
        assert [event["position"] for event in feed["results"]] == allowed, user


def may_read(user: User | None, event: TicketEvent) -> bool:
    """What the permission predicates say of the same event."""
    visitor = AnonymousUser() if user is None else user
    if not can_view_ticket(visitor, event.ticket):
        return False
    return event.visibility in visible_parts(visitor, event.ticket)


def test_the_feed_of_another_organisation_is_its_own(ticket: Ticket, outside_agent: User) -> None:
    relay_events()
    assert read(outside_agent)["results"] == []


def test_the_feed_costs_the_same_for_any_number_of_events(
    ticket: Ticket, agent: User, django_assert_max_num_queries: Any
) -> None:
    relay_events()
    client = api_client(agent)
    with django_assert_max_num_queries(6):
        client.get(EVENTS)
    start_work(ticket, acting_user=agent)
    relay_events()
    with django_assert_max_num_queries(6):
        client.get(EVENTS)


@pytest.mark.parametrize(
    "query",
    [
        {"after": "-1"},
        {"after": "x"},
        {"after": str(2**63)},
        {"limit": "0"},
        {"limit": "501"},
        {"since": "1"},
    ],
    ids=str,
)
def test_the_feed_refuses_nonsense(ticket: Ticket, query: dict[str, str]) -> None:
    assert list(assert_problem(api_client().get(EVENTS, query), 400)["errors"]) == list(query)
