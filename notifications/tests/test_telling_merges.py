"""A merge is told once, and from then on everybody hears of the ticket that goes on."""

from __future__ import annotations

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from departments.models import Category
from departments.tests.factories import staff_member
from notifications.tests.factories import resident, tell
from tests.inboxes import Inbox
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import start_work
from tickets.actions.merging import merge_ticket, undo_merge
from tickets.actions.support import support_ticket
from tickets.enums import EventKind, Source
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department, capacity=50)


def test_the_reporter_is_told_once_and_hears_from_then_on_of_the_other(
    category: Category, agent: User, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    thandi = resident()
    ticket, survivor = report_ticket(category, reporter=thandi), report_ticket(category)
    support_ticket(ticket, acting_user=UserFactory.create())
    merge_ticket(ticket, into=survivor, reason="The same pipe.", acting_user=agent)

    told = tell(ticket, EventKind.MERGED)

    assert set(told) == {("reporter", "email"), ("reporter", "sms"), ("supporters", "email")}
    (mail,) = mailbox.to(str(thandi.email))
    assert f"It is being handled in {survivor.reference}" in mail.text
    assert "The same pipe." in mail.text
    assert survivor.reference in sms_inbox.to(str(thandi.phone))[0].text

    start_work(survivor, acting_user=agent)
    tell(survivor, EventKind.STARTED)
    assert len(mailbox.to(str(thandi.email))) == 2
    undo_merge(ticket, acting_user=agent)
    tell(ticket, EventKind.UNMERGED)
    texts = [sent.text for sent in mailbox.to(str(thandi.email))]
    assert sum("a problem of its own after all" in text for text in texts) == 1


def test_what_was_undone_before_it_was_told_is_not_told(category: Category, agent: User) -> None:
    ticket, survivor = report_ticket(category, reporter=resident()), report_ticket(category)
    merge_ticket(ticket, into=survivor, acting_user=agent)
    undo_merge(ticket, acting_user=agent)
    assert set(tell(ticket, EventKind.MERGED).values()) == {"suppressed"}


def test_who_reported_a_duplicate_without_an_account_is_told_at_the_address_they_gave(
    category: Category, agent: User, sms_inbox: Inbox
) -> None:
    survivor = report_ticket(category)
    ticket = create_ticket(
        category.organisation,
        Report(title="Water everywhere", category=category),
        reporter=Reporter(name="Lerato", phone="+27821234599"),
        source=Source.CALL_CENTRE,
        acting_user=None,
    )
    merge_ticket(ticket, into=survivor, acting_user=agent)
    start_work(survivor, acting_user=agent)
    tell(survivor, EventKind.STARTED)
    (message,) = sms_inbox.to("+27821234599")
    assert survivor.reference in message.text
