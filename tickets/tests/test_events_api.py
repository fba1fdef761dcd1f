"""The feed over HTTP: in order, complete, and only what the reader may see."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from tickets.actions.lifecycle import start_work, withdraw_ticket
from tickets.feed import relay_events
from tickets.models import Project, Ticket
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


def test_the_feed_of_another_organisation_is_its_own(ticket: Ticket, outside_agent: User) -> None:
    relay_events()
    assert read(outside_agent)["results"] == []


def test_a_ticket_names_its_organisation_and_one_that_is_not_there_is_not_told_apart(
    private_ticket: Ticket, resident: User, outside_agent: User
) -> None:
    relay_events()
    for asked in (private_ticket.reference, private_ticket.reference.lower(), str(private_ticket.pk)):
        assert [event["ticket"] for event in read(resident, ticket=asked)["results"]] == [
            str(private_ticket.pk)
        ] * 2
        assert read(outside_agent, ticket=asked)["results"] == []
    nowhere = read(outside_agent, ticket="01890000-0000-7000-8000-000000000000")
    assert nowhere == read(outside_agent, ticket=str(private_ticket.pk)) | {"after": 0}


def test_projects_are_named_by_who_sees_them(ticket: Ticket, agent: User, resident: User) -> None:
    Project.objects.create(organisation=ticket.organisation, name="Winter readiness")
    asked = {"organisation": ticket.organisation.slug, "project": "Winter readiness"}
    assert read(agent, **asked)["results"] == []
    assert_problem(api_client(resident).get(EVENTS, asked), 400, "unknown")


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
        {"ticket": "7"},
        {"ticket": ""},
        {"kind": "ticket.exploded"},
        {"kind": "ticket.started,"},
        {"event": "ticket_gone"},
        {"department": "nowhere"},
        {"project": "nothing"},
        {"organisation": "nobody"},
    ],
    ids=str,
)
def test_the_feed_refuses_nonsense(ticket: Ticket, query: dict[str, str]) -> None:
    assert list(assert_problem(api_client().get(EVENTS, query), 400)["errors"]) == list(query)
