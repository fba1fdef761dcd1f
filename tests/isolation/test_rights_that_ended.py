"""Who was let go has lost it with their next request, whatever they were signed in with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Membership, Organisation, User
from accounts.tests.factories import MembershipFactory
from departments.models import Category
from departments.tests.factories import staff_member
from tickets.models import Ticket
from tickets.tests.api import ROOT, api_client, path_of, state_of
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department)


@pytest.fixture
def ticket(category: Category, agent: User) -> Ticket:
    return report_ticket(category, is_public=False)


def leave(agent: User) -> None:
    Membership.objects.filter(user=agent).update(is_active=False)


def become_resident(agent: User) -> None:
    Membership.objects.filter(user=agent).update(role=Role.RESIDENT)


def lose_the_organisation(agent: User) -> None:
    Organisation.objects.filter(memberships__user=agent).update(is_active=False)


def be_deactivated(agent: User) -> None:
    User.objects.filter(pk=agent.pk).update(is_active=False)


ENDS = [leave, become_resident, lose_the_organisation, be_deactivated]
End = Callable[[User], None]


@pytest.mark.parametrize("end", ENDS)
def test_a_token_from_before_reaches_nothing_any_more(end: End, agent: User, ticket: Ticket) -> None:
    client = api_client(agent)
    assert client.get(path_of(ticket)).status_code == 200
    end(agent)
    before = state_of(ticket)
    expected = 401 if end is be_deactivated else 404
    assert client.get(path_of(ticket)).status_code == expected
    assert client.post(path_of(ticket, "start"), {}).status_code == expected
    assert client.get(f"{ROOT}/agents/").status_code in {401, 403, 404}
    assert state_of(ticket) == before


@pytest.mark.parametrize("end", ENDS)
def test_a_session_from_before_opens_no_console_any_more(end: End, agent: User, ticket: Ticket) -> None:
    browser = signed_in(agent)
    workspace = reverse("admin:tickets_ticket_change", args=[ticket.pk])
    assert browser.get(workspace).status_code == 200
    end(agent)
    before = state_of(ticket)
    refusals = {302, 403, 404}
    assert browser.get(workspace).status_code in refusals
    assert browser.get(reverse("admin:index")).status_code in refusals
    press = reverse("admin:tickets_ticket_verb", args=[ticket.pk, "start"])
    assert browser.post(press, {"version": ticket.version}).status_code in refusals
    assert state_of(ticket) == before


def test_a_deactivated_reporter_is_a_visitor_on_the_pages(ticket: Ticket) -> None:
    reporter = ticket.reporter
    assert reporter is not None
    browser = signed_in(reporter)
    page = reverse("tickets:ticket", args=[ticket.reference])
    assert browser.get(page).status_code == 200
    be_deactivated(reporter)
    before = state_of(ticket)
    assert browser.get(page).status_code == 404
    assert (
        browser.post(reverse("tickets:message", args=[ticket.reference]), {"body": "Hello"}).status_code
        == 404
    )
    assert state_of(ticket) == before


def test_a_lower_role_counts_from_the_next_request(category: Category) -> None:
    admin = MembershipFactory.create(
        organisation=category.organisation,
        user__is_staff=True,
        role=Role.ORGANISATION_ADMIN,
    ).user
    browser = signed_in(admin)
    people = reverse("admin:accounts_membership_add")
    assert browser.get(people).status_code == 200
    Membership.objects.filter(user=admin).update(role=Role.AUDITOR)
    assert browser.get(people).status_code == 403


def signed_in(user: Any) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser
