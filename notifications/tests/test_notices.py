"""The bell: news is behind it at once, counted, opened and read, by whom it concerns."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import UserFactory
from departments.models import Category
from departments.tests.factories import staff_member
from notifications.actions.notices import read_all
from notifications.actions.route import route_event
from notifications.models import Notice
from notifications.own_data import erase
from notifications.tests.factories import last_event, resident
from tickets.actions.conversation import add_message
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import start_work
from tickets.enums import EventKind, Source
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
NEWS, COUNT, READ = "/news/", "/news/count.json", "/news/read/"


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def thandi() -> User:
    return resident()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def started(category: Category, thandi: User, agent: User, title: str = "Burst pipe") -> Ticket:
    """A ticket of hers that somebody works on; she has been told."""
    ticket = start_work(report_ticket(category, reporter=thandi, title=title), acting_user=agent)
    route_event(last_event(ticket, EventKind.STARTED).pk)
    return ticket


def unread(client: Client) -> int:
    return int(client.get(COUNT).json()["unread"])


def test_news_is_behind_the_bell_of_whom_it_concerns_once(
    category: Category, thandi: User, agent: User
) -> None:
    ticket = started(category, thandi, agent)
    route_event(last_event(ticket, EventKind.STARTED).pk)
    assert list(Notice.objects.values_list("person", "event__kind")) == [(thandi.pk, "ticket.started")]
    client = signed_in(thandi)
    page = client.get(NEWS).content.decode()
    assert ("Burst pipe" in page, "Unread news: 1" in page, unread(client)) == (True, True, 1)


def test_who_has_no_account_and_who_did_it_have_no_news(category: Category, agent: User) -> None:
    report = Report(title="Burst pipe", category=category)
    reporter = Reporter(email="pieter@example.org")
    ticket = create_ticket(
        category.organisation, report, reporter=reporter, source=Source.CALL_CENTRE, acting_user=agent
    )
    started = start_work(ticket, acting_user=agent)
    assert len(route_event(last_event(started, EventKind.STARTED).pk)) == 1
    assert not Notice.objects.exists()


def test_a_receipt_is_no_news(category: Category, thandi: User) -> None:
    ticket = report_ticket(category, reporter=thandi)
    assert len(route_event(last_event(ticket, EventKind.CREATED).pk)) == 2
    assert not Notice.objects.exists()


def test_opening_one_reads_all_of_its_ticket_and_leads_there(
    category: Category, thandi: User, agent: User
) -> None:
    ticket, other = started(category, thandi, agent), started(category, thandi, agent, "Pothole")
    add_message(ticket, body="At two?", acting_user=agent)
    route_event(last_event(ticket, EventKind.MESSAGE_ADDED).pk)
    client = signed_in(thandi)
    assert unread(client) == 3
    answer = client.post(f"{NEWS}{Notice.objects.get(event__kind='ticket.message_added').pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/t/{ticket.reference}/")
    assert unread(client) == 1
    assert Notice.objects.of_person(thandi.pk).unread().get().event.ticket_id == other.pk


def test_an_agents_news_leads_to_the_console(category: Category, thandi: User, agent: User) -> None:
    ticket = report_ticket(category, reporter=thandi)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=agent)
    add_message(ticket, body="Please hurry", acting_user=thandi)
    route_event(last_event(ticket, EventKind.MESSAGE_ADDED).pk)
    notice = Notice.objects.of_person(agent.pk).get()
    answer = signed_in(agent).post(f"{NEWS}{notice.pk}/")
    assert answer["Location"] == f"/console/tickets/ticket/{ticket.pk}/change/"


def test_everything_is_read_at_once(category: Category, thandi: User, agent: User) -> None:
    for title in ("Burst pipe", "Pothole"):
        started(category, thandi, agent, title)
    client = signed_in(thandi)
    assert client.get(READ).status_code == 405
    assert unread(client) == 2
    assert client.post(READ, follow=True).status_code == 200
    assert unread(client) == 0


def test_somebody_elses_news_is_not_there_and_stays_unread(
    category: Category, thandi: User, agent: User, client: Client
) -> None:
    started(category, thandi, agent)
    notice = Notice.objects.get()
    stranger = signed_in(UserFactory.create())
    assert stranger.post(f"{NEWS}{notice.pk}/").status_code == 404
    assert "Burst pipe" not in stranger.get(NEWS).content.decode()
    stranger.post(READ)
    # A visitor is asked to sign in, and the page's script is refused.
    assert client.get(NEWS).status_code == client.post(f"{NEWS}{notice.pk}/").status_code == 302
    assert client.get(COUNT).status_code == 401
    notice.refresh_from_db()
    assert notice.read_at is None


def test_who_may_not_see_the_ticket_any_more_sees_no_news_of_it(category: Category, thandi: User) -> None:
    colleague = staff_member(category.department)
    ticket = report_ticket(category, reporter=thandi, is_public=False)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=colleague)
    add_message(ticket, body="Please hurry", acting_user=thandi)
    route_event(last_event(ticket, EventKind.MESSAGE_ADDED).pk)
    client = signed_in(colleague)
    assert "Burst pipe" in client.get(NEWS).content.decode()
    Ticket.objects.filter(pk=ticket.pk).update(assignee=None)
    colleague.memberships.update(is_active=False)
    assert "Burst pipe" not in client.get(NEWS).content.decode()
    assert client.post(f"{NEWS}{Notice.objects.get().pk}/").status_code == 404


def test_news_is_forgotten_with_the_account(category: Category, thandi: User, agent: User) -> None:
    started(category, thandi, agent)
    erase(thandi)
    assert not Notice.objects.exists()


def test_one_and_three_take_the_same_queries(
    category: Category, thandi: User, agent: User, django_assert_num_queries: Any
) -> None:
    client = signed_in(thandi)
    started(category, thandi, agent)
    client.get(NEWS)
    with CaptureQueriesContext(connection) as one:
        client.get(NEWS)
    for title in ("Pothole", "Dark street"):
        started(category, thandi, agent, title)
    with django_assert_num_queries(len(one)):
        assert client.get(NEWS).content.decode().count("notice-unread") == 3
    read_all(thandi)
    with django_assert_num_queries(len(one)):
        client.get(NEWS)
