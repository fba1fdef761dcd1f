"""Merging over HTTP, in the console, and what residents see of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import UserFactory
from departments.models import Category
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.merging import merge_ticket
from tickets.enums import Outcome, Source
from tickets.models import Ticket
from tickets.tests.api import ROOT, api_client, assert_problem, path_of, state_of
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def survivor(category: Category, agent: User) -> Ticket:
    return report_ticket(category, title="Leak at the school")


# The API


def test_a_ticket_is_merged_by_reference_and_separated_again(
    ticket: Ticket, survivor: Ticket, agent: User
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(external_ref="ERP-1")
    client = api_client(agent)
    body = {"into": survivor.reference.lower().replace("-", " "), "reason": "The same pipe."}
    merged = client.post(path_of(ticket, "merge"), body)

    assert merged.status_code == 200, merged.content
    pointer = {"id": str(survivor.pk), "reference": survivor.reference}
    assert (merged.json()["outcome"], merged.json()["duplicate_of"]) == ("duplicate", pointer)
    assert "merge/undo" in merged.json()["verbs"]
    # The old reference and the other system's lead there still.
    assert api_client().get(path_of(ticket)).json()["duplicate_of"] == pointer
    (found,) = client.get(f"{ROOT}/tickets/", {"external_ref": "ERP-1"}).json()["results"]
    assert found["duplicate_of"] == pointer
    assert client.get(path_of(survivor)).json()["supports"] == 1

    undone = client.post(path_of(ticket, "merge/undo"), {})
    assert (undone.status_code, undone.json()["status"], undone.json()["duplicate_of"]) == (200, "open", None)
    assert "merge/undo" not in undone.json()["verbs"]
    assert client.get(path_of(survivor)).json()["supports"] == 0


def test_what_cannot_be_merged_is_told_by_the_field_and_changes_nothing(
    ticket: Ticket, survivor: Ticket, private_ticket: Ticket, agent: User, outside_agent: User
) -> None:
    client, before = api_client(agent), (state_of(ticket), state_of(survivor))
    foreign = report_ticket(outside_agent.department_memberships.get().department.categories.get())
    mistyped = survivor.reference[:-1] + ("2" if survivor.reference[-1] != "2" else "3")
    refusals = {
        ticket.reference: (400, "same_ticket"),
        foreign.reference: (400, "wrong_survivor"),
        private_ticket.reference: (400, "would_reveal"),
        str(UserFactory.create().pk): (400, "unknown"),
        mistyped: (400, "invalid"),
    }
    for into, (status, code) in refusals.items():
        problem = assert_problem(client.post(path_of(ticket, "merge"), {"into": into}), status, code)
        assert set(problem["errors"]) == {"into"}
    for body in ({}, {"into": ""}, {"into": 7, "more": 1}, {"into": "x" * 51}, {"into": None}):
        assert_problem(client.post(path_of(ticket, "merge"), body), 400)
    stale = client.post(path_of(ticket, "merge"), {"into": survivor.reference}, headers={"If-Match": '"1"'})
    assert_problem(stale, 412)
    assert_problem(client.post(path_of(ticket, "merge/undo"), {}), 409, "transition_not_allowed")
    assert (state_of(ticket), state_of(survivor)) == before


def test_residents_and_foreigners_merge_nothing(
    ticket: Ticket, private_ticket: Ticket, survivor: Ticket, resident: User, outside_agent: User
) -> None:
    before = state_of(ticket), state_of(private_ticket)
    body = {"into": survivor.reference}
    assert_problem(api_client(resident).post(path_of(ticket, "merge"), body), 403, "not_allowed")
    assert_problem(api_client(outside_agent).post(path_of(private_ticket, "merge"), body), 404)
    assert_problem(api_client().post(path_of(ticket, "merge"), body), 401)
    assert (state_of(ticket), state_of(private_ticket)) == before


# The console


def press(client: Any, ticket: Ticket, slug: str, **form: Any) -> Any:
    form.setdefault("version", Ticket.objects.get(pk=ticket.pk).version)
    return client.post(reverse("admin:tickets_ticket_verb", args=[ticket.pk, slug]), form)


def offered(client: Any, ticket: Ticket) -> dict[str, Any]:
    page = client.get(reverse("admin:tickets_ticket_change", args=[ticket.pk]))
    return {button.row.slug: button.form for button in page.context["other_buttons"]}


def test_the_workspace_offers_what_is_near_by_and_open_and_merges_into_it(
    category: Category, ticket: Ticket, survivor: Ticket, private_ticket: Ticket, agent: User, client: Any
) -> None:
    client.force_login(agent)
    form = offered(client, ticket)["merge"]
    assert set(form.candidates) == {str(survivor.pk)}

    press(client, ticket, "merge", into=str(survivor.pk), reason="The same pipe.")

    ticket.refresh_from_db()
    assert (ticket.outcome, ticket.duplicate_of) == (Outcome.DUPLICATE, survivor)
    page = client.get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).content.decode()
    assert reverse("admin:tickets_ticket_change", args=[survivor.pk]) in page
    assert {"unmerge"} <= set(offered(client, ticket))
    assert not {"merge", "reopen", "withdraw"} & set(offered(client, ticket))

    press(client, ticket, "unmerge")
    ticket.refresh_from_db()
    assert (ticket.outcome, ticket.duplicate_of) == ("", None)
    assert "unmerge" not in offered(client, ticket)


def test_any_other_ticket_is_named_by_its_reference(
    category: Category, ticket: Ticket, agent: User, client: Any
) -> None:
    far = create_ticket(
        category.organisation,
        Report(title="Leak", category=category),
        reporter=Reporter(user=UserFactory.create()),
        source=Source.API,
        acting_user=None,
    )
    client.force_login(agent)
    before = state_of(ticket)
    for wrong in ("", "TSH-222-222", ticket.reference):
        assert press(client, ticket, "merge", reference=wrong).status_code == 409
    assert state_of(ticket) == before
    press(client, ticket, "merge", reference=far.reference.lower())
    ticket.refresh_from_db()
    assert ticket.duplicate_of == far


# What residents see


@pytest.fixture
def town() -> City:
    return make_city()


def test_the_page_of_a_duplicate_leads_to_where_it_is_handled(town: City) -> None:
    ticket, survivor, last = (report_ticket(town.category) for _ticket in range(3))
    merge_ticket(ticket, into=survivor, acting_user=town.agent)
    merge_ticket(survivor, into=last, acting_user=town.agent)
    client = town.client(ticket.reporter)

    page = client.get(reverse("tickets:ticket", args=[ticket.reference]))

    shown = page.content.decode()
    assert f"This is being handled in {last.reference}" in shown
    assert reverse("tickets:ticket", args=[last.reference]) in shown
    assert page.context["message_form"] is None
    assert [card.reference for card in client.get("/my-tickets/?show=supported").context["cards"]] == [
        last.reference
    ]
