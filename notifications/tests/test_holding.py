"""What waits: quiet nights, summaries, and what people and organisations switched off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from departments.models import Category
from departments.tests.factories import staff_member
from notifications.actions.deliver import deliver, deliver_due
from notifications.actions.preferences import Chosen, choose
from notifications.actions.route import route_event
from notifications.enums import Channel, Digest, Hold, NotificationState, Topic
from notifications.models import Attempt, Notification, TellingRules
from notifications.tests.factories import last_event, resident
from tests.inboxes import Inbox
from tickets.actions.conversation import add_message
from tickets.actions.lifecycle import resolve_ticket, respond, start_work, withdraw_ticket
from tickets.actions.support import support_ticket
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
S = NotificationState
ZONE = ZoneInfo("Africa/Johannesburg")
EVENING, MORNING = datetime(2026, 11, 10, 23, tzinfo=ZONE), datetime(2026, 11, 11, 6, tzinfo=ZONE)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(EVENING, tick=False) as travelled:
        yield travelled


@pytest.fixture
def category(clock: Any) -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department, capacity=50)


@pytest.fixture
def thandi() -> User:
    return resident()


def wants(person: User, **wishes: Any) -> None:
    usual: dict[str, Any] = {
        "digest": Digest.NONE,
        "quiet_from": None,
        "quiet_until": None,
        "switched_off": set(),
    }
    choose(person, Chosen(**usual | wishes), acting_user=person)


def tell(ticket: Ticket, kind: EventKind) -> None:
    for key in route_event(last_event(ticket, kind).pk):
        deliver(key)


def messages(channel: Channel) -> list[tuple[str, str, str]]:
    rows = Notification.objects.filter(channel=channel).order_by("pk")
    return list(rows.values_list("event__kind", "state", "hold"))


# Quiet hours


def test_at_night_an_sms_waits_and_a_mail_does_not(
    category: Category, agent: User, thandi: User, clock: Any, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    wants(thandi, quiet_from=time(22), quiet_until=time(6))
    ticket = report_ticket(category, reporter=thandi)
    tell(ticket, EventKind.CREATED)
    start_work(ticket, acting_user=agent)
    tell(ticket, EventKind.STARTED)
    # The receipt of what they have just reported wakes nobody.
    assert messages(Channel.SMS) == [
        (EventKind.CREATED, S.ACCEPTED, ""),
        (EventKind.STARTED, S.HELD, Hold.QUIET_HOURS),
    ]
    assert len(mailbox.to(str(thandi.email))) == 2
    waiting = Notification.objects.get(state=S.HELD)
    assert (waiting.next_attempt_at, waiting.attempts) == (MORNING, 0)
    assert deliver_due() == 0
    clock.move_to(MORNING)
    assert deliver_due() == 1
    assert "work is in progress" in sms_inbox.to(str(thandi.phone))[0].text


def test_what_is_not_true_any_more_in_the_morning_is_not_sent(
    category: Category, agent: User, thandi: User, clock: Any, sms_inbox: Inbox
) -> None:
    wants(thandi, quiet_from=time(22), quiet_until=time(6))
    ticket = report_ticket(category, reporter=thandi)
    start_work(ticket, acting_user=agent)
    tell(ticket, EventKind.STARTED)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    clock.move_to(MORNING)
    deliver_due()
    assert messages(Channel.SMS) == [(EventKind.STARTED, S.SUPPRESSED, Hold.QUIET_HOURS)]
    assert sms_inbox.messages() == []


def test_what_somebody_switched_off_while_it_waited_is_not_sent(
    category: Category, agent: User, thandi: User, clock: Any, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    wants(thandi, quiet_from=time(22), quiet_until=time(6))
    ticket = report_ticket(category, reporter=thandi)
    start_work(ticket, acting_user=agent)
    tell(ticket, EventKind.STARTED)
    wants(thandi, switched_off={(Topic.PROGRESS, Channel.SMS)})
    clock.move_to(MORNING)
    assert deliver_due() == 0
    assert messages(Channel.SMS) == [(EventKind.STARTED, S.SUPPRESSED, Hold.QUIET_HOURS)]
    assert (len(mailbox.to(str(thandi.email))), sms_inbox.messages()) == (1, [])


def test_a_retry_that_comes_due_at_night_waits_and_loses_no_attempt(
    category: Category, agent: User, clock: Any, sms_inbox: Inbox
) -> None:
    clock.move_to(EVENING.replace(hour=21, minute=58))
    lindiwe = resident(email=None)
    wants(lindiwe, quiet_from=time(22), quiet_until=time(6))
    ticket = report_ticket(category, reporter=lindiwe)
    start_work(ticket, acting_user=agent)
    with sms_inbox.refusing():
        tell(ticket, EventKind.STARTED)
    clock.shift(timedelta(minutes=5))
    assert deliver_due() == 0
    sms = Notification.objects.get(channel=Channel.SMS)
    assert (sms.state, sms.hold, sms.attempts) == (S.HELD, Hold.QUIET_HOURS, 1)
    clock.move_to(MORNING)
    assert deliver_due() == 1


# Summaries


def test_a_summary_lists_what_happened_by_ticket_with_the_newest_last(
    category: Category, agent: User, thandi: User, clock: Any, mailbox: Inbox
) -> None:
    wants(thandi, digest=Digest.DAILY)
    first, second = (report_ticket(category, reporter=thandi, title=title) for title in ("Leak", "Hole"))
    start_work(first, acting_user=agent)
    tell(first, EventKind.STARTED)
    clock.shift(timedelta(minutes=1))
    start_work(second, acting_user=agent)
    tell(second, EventKind.STARTED)
    clock.shift(timedelta(minutes=1))
    add_message(first, body="We bring a pump.", acting_user=agent)
    tell(first, EventKind.MESSAGE_ADDED)
    assert mailbox.messages() == []
    assert {hold for _kind, _state, hold in messages(Channel.EMAIL)} == {Hold.DIGEST}

    clock.move_to(MORNING.replace(hour=7))
    assert deliver_due() == 1

    (mail,) = mailbox.to(str(thandi.email))
    assert mail.subject == f"{category.organisation.name}: 3 things happened"
    places = [mail.text.index(words) for words in ("Hole", "Leak", "A message for you", "We bring a pump.")]
    assert places == sorted(places)
    assert mail.text.count(f"/t/{first.reference}/") == 2
    assert mail.text.count(f"/t/{second.reference}/") == 1
    rows = Notification.objects.filter(channel=Channel.EMAIL)
    assert set(rows.values_list("state", flat=True)) == {S.ACCEPTED}
    carrier = rows.get(carrier=None)
    assert set(rows.exclude(pk=carrier.pk).values_list("carrier", "sent_at")) == {
        (carrier.pk, carrier.sent_at)
    }
    assert Attempt.objects.filter(notification__in=rows).count() == 1


def test_a_summary_of_one_thing_is_the_mail_about_it(
    category: Category, agent: User, thandi: User, clock: Any, mailbox: Inbox
) -> None:
    wants(thandi, digest=Digest.HOURLY)
    ticket = report_ticket(category, reporter=thandi)
    start_work(ticket, acting_user=agent)
    tell(ticket, EventKind.STARTED)
    clock.shift(timedelta(hours=1))
    assert deliver_due() == 1
    assert mailbox.messages()[0].subject.startswith(f"[{ticket.reference}] Work is in progress")


def test_what_does_not_hold_any_more_is_left_out_of_the_summary(
    category: Category, agent: User, thandi: User, clock: Any, mailbox: Inbox
) -> None:
    wants(thandi, digest=Digest.DAILY)
    tickets = [report_ticket(category, reporter=thandi, title=title) for title in ("Leak", "Hole", "Wire")]
    for ticket in tickets:
        start_work(ticket, acting_user=agent)
        tell(ticket, EventKind.STARTED)
    withdraw_ticket(tickets[0], acting_user=None)
    clock.shift(timedelta(days=1))
    assert deliver_due() == 1
    text = mailbox.messages()[0].text
    assert ("Leak" in text, "Hole" in text, "Wire" in text) == (False, True, True)


def test_receipts_and_questions_come_at_once_all_the_same(
    category: Category, agent: User, thandi: User, mailbox: Inbox
) -> None:
    wants(thandi, digest=Digest.DAILY)
    ticket = report_ticket(category, reporter=thandi)
    tell(ticket, EventKind.CREATED)
    respond(ticket, message="Which side of the street?", acting_user=agent)
    tell(ticket, EventKind.RESPONDED)
    assert {state for _kind, state, _hold in messages(Channel.EMAIL)} == {S.ACCEPTED}
    assert len(mailbox.messages()) == 2


def test_a_summary_that_fails_is_tried_again_as_a_whole(
    category: Category, agent: User, thandi: User, clock: Any, mailbox: Inbox
) -> None:
    wants(thandi, digest=Digest.HOURLY)
    for title in ("Leak", "Hole"):
        ticket = report_ticket(category, reporter=thandi, title=title)
        start_work(ticket, acting_user=agent)
        tell(ticket, EventKind.STARTED)
    clock.shift(timedelta(hours=1))
    with mailbox.refusing():
        deliver_due()
    assert sorted(state for _kind, state, _hold in messages(Channel.EMAIL)) == [S.HELD, S.QUEUED]
    clock.shift(timedelta(minutes=5))
    assert deliver_due() == 1
    assert "2 things happened" in mailbox.messages()[0].subject


def test_who_wants_no_summary_any_more_gets_what_waited(
    category: Category, agent: User, thandi: User, mailbox: Inbox
) -> None:
    wants(thandi, digest=Digest.DAILY)
    ticket = report_ticket(category, reporter=thandi)
    start_work(ticket, acting_user=agent)
    tell(ticket, EventKind.STARTED)
    wants(thandi)
    assert deliver_due() == 1
    assert len(mailbox.messages()) == 1


# What is switched off


def test_a_channel_that_is_switched_off_is_not_used(
    category: Category, agent: User, thandi: User, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    wants(thandi, switched_off={(Topic.PROGRESS, Channel.SMS)})
    ticket = report_ticket(category, reporter=thandi)
    start_work(ticket, acting_user=agent)
    tell(ticket, EventKind.STARTED)
    assert (len(mailbox.messages()), len(sms_inbox.messages())) == (1, 0)


def test_who_has_only_a_number_is_still_told_what_cannot_be_switched_off(
    category: Category, agent: User, sms_inbox: Inbox
) -> None:
    lindiwe = resident(email=None)
    wants(lindiwe, switched_off={(Topic.QUESTIONS, Channel.SMS), (Topic.PROGRESS, Channel.SMS)})
    ticket = report_ticket(category, reporter=lindiwe)
    start_work(ticket, acting_user=agent)
    tell(ticket, EventKind.STARTED)
    respond(ticket, message="Which side of the street?", acting_user=agent)
    tell(ticket, EventKind.RESPONDED)
    assert [kind for kind, _state, _hold in messages(Channel.SMS)] == [EventKind.RESPONDED]


def test_what_the_organisation_does_not_tell_nobody_hears(
    category: Category, agent: User, thandi: User
) -> None:
    TellingRules.objects.create(organisation=category.organisation, kinds_off=[EventKind.STARTED])
    ticket = report_ticket(category, reporter=thandi)
    start_work(ticket, acting_user=agent)
    assert route_event(last_event(ticket, EventKind.STARTED).pk) == []
    assert not Notification.objects.exists()
    assert len(route_event(last_event(ticket, EventKind.CREATED).pk)) == 2


def test_the_wishes_of_three_cost_as_much_as_those_of_one(category: Category, agent: User) -> None:
    asked = []
    for number in (1, 3):
        ticket = report_ticket(category)
        for _supporter in range(number):
            person = resident(phone=None)
            wants(person, digest=Digest.DAILY, switched_off={(Topic.MESSAGES, Channel.EMAIL)})
            support_ticket(ticket, acting_user=person)
        start_work(ticket, acting_user=agent)
        event = last_event(ticket, EventKind.STARTED)
        with CaptureQueriesContext(connection) as queries:
            route_event(event.pk)
        asked.append(len(queries))
    assert asked[0] == asked[1]
