"""The second question whether it is fixed, and the news that many people have made it urgent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.tests.factories import UserFactory
from departments.enums import Priority
from departments.models import Category
from notifications.actions.route import route_event
from notifications.bundles import Bundle
from notifications.enums import Audience
from notifications.models import Notification
from notifications.relevance import still_matters
from notifications.rendering import Message, write_message
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.movement import change_priority
from tickets.actions.support import support_ticket
from tickets.actions.sweeps import remind_of_proofs
from tickets.actions.verification import verify_resolution
from tickets.enums import EventKind
from tickets.models import Ticket, TicketEvent
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.verification import code_for

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


def written() -> dict[str, Message]:
    found = {row.channel: write_message(Bundle(row, [row])) for row in Notification.objects.all()}
    return {channel: message for channel, message in found.items() if message is not None}


def asked_again(category: Category) -> tuple[Ticket, TicketEvent]:
    with time_machine.travel(MONDAY, tick=False) as travel:
        ticket = resolve_ticket(report_ticket(category), note="Done.", acting_user=None)
        Ticket.objects.update(reporter_email="thandi@example.org", reporter_phone="+27821234567")
        travel.shift(timedelta(days=3))
        remind_of_proofs(acting_user=None)
    return ticket, ticket.events.get(kind=EventKind.PROOF_REMINDED)


def test_the_reminder_goes_by_mail_and_sms_with_code_and_link(category: Category) -> None:
    ticket, event = asked_again(category)
    with time_machine.travel(MONDAY + timedelta(days=3), tick=False):
        route_event(event.pk)
        sent = written()
    assert sorted(sent) == ["email", "sms"]
    code = code_for(ticket.verifications.get())
    assert (code in sent["sms"].sms, "/v/" in sent["sms"].sms) == (True, True)
    assert (code in sent["email"].text, "does not count as fixed" in sent["email"].text) == (True, True)


def test_the_reminder_is_not_sent_to_who_has_answered_meanwhile(category: Category) -> None:
    ticket, event = asked_again(category)
    code = code_for(ticket.verifications.get())
    with time_machine.travel(MONDAY + timedelta(days=4), tick=False):
        closed = verify_resolution(ticket, code=code, acting_user=None)
    assert still_matters(event, closed, Audience.REPORTER) is False


def test_who_reported_and_supports_it_hears_that_many_raised_it_but_not_of_other_priorities(
    category: Category,
) -> None:
    category.organisation.raise_at_supporters = 2
    category.organisation.save(update_fields=["raise_at_supporters"])
    ticket = report_ticket(category)
    change_priority(ticket, priority=Priority.LOW, reason="Far away.", acting_user=None)
    for person in UserFactory.create_batch(2):
        support_ticket(ticket, acting_user=person)
    by_staff, by_many = ticket.events.filter(kind=EventKind.PRIORITY_CHANGED).order_by("pk")
    route_event(by_staff.pk)
    assert Notification.objects.count() == 0
    route_event(by_many.pk)
    told = Notification.objects.values_list("audience", "channel").order_by("audience")
    assert list(told) == [("reporter", "email"), ("supporters", "email"), ("supporters", "email")]
    assert "2 other people have this problem too" in written()["email"].text
