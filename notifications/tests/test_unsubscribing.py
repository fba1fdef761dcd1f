"""The way out that stands at the end of a follower's mail, and in its headers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import User
from departments.tests.factories import staff_member
from notifications.tests.factories import resident, tell
from tests.inboxes import Inbox
from tickets.actions.following import follow_ticket
from tickets.actions.lifecycle import start_work, withdraw_ticket
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.proof import everything_about

pytestmark = pytest.mark.django_db


@pytest.fixture
def thandi() -> User:
    return resident()


@pytest.fixture
def pieter() -> User:
    return resident(full_name="Pieter", phone=None)


@pytest.fixture
def ticket(thandi: User, pieter: User, mailbox: Inbox) -> Ticket:
    """In progress, and its follower has been told so."""
    category = burst_pipe_category()
    ticket = report_ticket(category, reporter=thandi)
    follow_ticket(ticket, acting_user=pieter)
    ticket = start_work(ticket, acting_user=staff_member(category.department))
    tell(ticket, EventKind.STARTED)
    return ticket


def way_out(mailbox: Inbox, person: User) -> str:
    """The path in the header of the mail, which the text says as well."""
    mail = mailbox.to(str(person.email))[0]
    found = re.fullmatch("<(.+)>", mail.headers["List-Unsubscribe"])
    assert found is not None
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"Hear no more of it: {found[1]}" in mail.text
    return urlsplit(found[1]).path


def test_one_click_of_the_mail_program_is_enough(ticket: Ticket, pieter: User, mailbox: Inbox) -> None:
    address = way_out(mailbox, pieter)
    # As a mail service does it: no cookies, no page before, and what RFC 8058 says in the body.
    strict = Client(enforce_csrf_checks=True)
    for _time in ("once", "twice"):
        assert strict.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not ticket.follows.exists()
    assert ticket.events.filter(kind=EventKind.UNFOLLOWED).values_list("actor", flat=True).get() == pieter.pk


def test_opening_the_link_asks_and_changes_nothing(
    ticket: Ticket, pieter: User, mailbox: Inbox, client: Client
) -> None:
    before = everything_about(ticket)
    page = client.get(way_out(mailbox, pieter))
    assert "Stop telling me" in page.content.decode()
    assert everything_about(ticket) == before


def test_the_reporters_own_ticket_has_no_way_out(ticket: Ticket, thandi: User, mailbox: Inbox) -> None:
    mail = mailbox.to(str(thandi.email))[0]
    assert [name for name in mail.headers if name.startswith("List-")] == []
    assert "Hear no more" not in mail.text


def test_a_link_that_was_changed_stops_nothing(
    ticket: Ticket, pieter: User, mailbox: Inbox, client: Client
) -> None:
    before = everything_about(ticket)
    address = way_out(mailbox, pieter)
    middle = len(address) // 2
    changed = address[:middle] + ("a" if address[middle] != "a" else "b") + address[middle + 1 :]
    for wrong in (changed, "/unfollow/sample/", address[:-9] + "/"):
        assert client.post(wrong).status_code == 404
    assert everything_about(ticket) == before


def test_it_works_for_a_ticket_that_is_gone_too(
    ticket: Ticket, pieter: User, mailbox: Inbox, client: Client
) -> None:
    address = way_out(mailbox, pieter)
    withdraw_ticket(ticket, acting_user=None)
    answer = client.post(address)
    assert "You do not follow it any more" in answer.content.decode()
