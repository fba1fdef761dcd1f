"""A provider that is down: left alone, probed by one message at a time, given its work back slowly."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Organisation
from accounts.tests.factories import MembershipFactory, UserFactory
from notifications.actions.circuits import Breaker
from notifications.actions.deliver import deliver, deliver_due
from notifications.actions.route import route_event
from notifications.enums import Channel, CircuitState, NotificationState
from notifications.models import Circuit, Notification
from notifications.tests.factories import last_event, resident
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
S = NotificationState
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _opens_after_two(settings: LazySettings) -> None:
    settings.NOTIFICATION_FAILURES_IN_A_ROW = 2
    settings.NOTIFICATION_DRAIN_PER_MINUTE = {"email": 2, "sms": 2}


@pytest.fixture
def waiting() -> list[uuid.UUID]:
    """Seven mails in the queue."""
    ticket = report_ticket(burst_pipe_category(), reporter=resident(phone=None))
    (key,) = route_event(last_event(ticket, EventKind.CREATED).pk)
    first = Notification.objects.get(pk=key)
    for number in range(6):
        Notification.objects.create(
            organisation=first.organisation,
            event=first.event,
            audience=first.audience,
            channel=first.channel,
            recipient_key=f"address:{number}",
            address=f"person{number}@example.org",
            language="en",
        )
    return list(Notification.objects.order_by("next_attempt_at", "pk").values_list("pk", flat=True))


def attempts() -> list[int]:
    return sorted(Notification.objects.values_list("attempts", flat=True))


def circuit() -> Circuit:
    return Circuit.objects.get(channel=Channel.EMAIL)


def test_after_failures_in_a_row_nothing_is_attempted_and_nothing_is_lost(
    waiting: list[uuid.UUID], mailbox: Inbox
) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False), mailbox.refusing():
        assert deliver_due() == 0
        found = circuit()
        assert (found.state, found.opened_at, found.failures) == (CircuitState.OPEN, now, 2)
        assert found.last_words == "451 4.3.2 The post office is closed, try later"
        assert found.probe_at == now + timedelta(seconds=30)
        # Neither by the sweep nor one by one.
        assert deliver_due() == 0
        assert deliver(waiting[-1]) == ""
    assert attempts() == [0, 0, 0, 0, 0, 1, 1]


def test_one_probe_at_a_time_asks_whether_it_is_back_and_costs_its_message_nothing(
    waiting: list[uuid.UUID], mailbox: Inbox
) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock, mailbox.refusing():
        deliver_due()
        waits = []
        for _probe in range(4):
            clock.move_to(circuit().probe_at or now)
            deliver_due()
            found = circuit()
            assert found.probe_at is not None
            waits.append(found.probe_at - timezone.now())
    assert waits == [timedelta(seconds=60), timedelta(seconds=120), timedelta(seconds=300), 5 * MINUTE]
    assert circuit().opened_at == now
    # Each probe was another message; the two that opened it are the only ones that it counts against.
    assert sorted(Notification.objects.values_list("attempts", "failures")) == [
        (0, 0),
        (1, 0),
        (1, 0),
        (1, 0),
        (1, 0),
        (1, 1),
        (1, 1),
    ]


def test_while_a_probe_is_on_its_way_no_other_worker_tries(waiting: list[uuid.UUID], mailbox: Inbox) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock, mailbox.refusing():
        deliver_due()
        clock.shift(timedelta(seconds=30))
        one, other = Breaker(Channel.EMAIL), Breaker(Channel.EMAIL)
        assert (one.lets_through(), other.lets_through()) == (True, False)
        assert circuit().state == CircuitState.HALF_OPEN
        # Nothing was handed over after all: the next message may try.
        one.unused()
        assert other.lets_through() is True


def test_when_it_is_back_what_waited_goes_out_at_a_limited_rate(
    waiting: list[uuid.UUID], mailbox: Inbox
) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        with mailbox.refusing():
            deliver_due()
        clock.shift(timedelta(minutes=5))
        # The probe, then two in the minute that begins with it.
        assert deliver_due() == 3
        assert (circuit().state, circuit().is_draining) == (CircuitState.CLOSED, True)
        assert deliver_due() == 0
        assert deliver(waiting[0]) == ""
        clock.shift(MINUTE)
        assert deliver_due() == 2
        clock.shift(MINUTE)
        assert deliver_due() == 2
    assert (circuit().state, circuit().failures, circuit().is_draining) == (CircuitState.CLOSED, 0, False)
    assert set(Notification.objects.values_list("state", flat=True)) == {S.ACCEPTED}
    assert len(mailbox.messages()) == 7


def test_a_message_in_between_that_goes_out_begins_the_count_anew(
    waiting: list[uuid.UUID], mailbox: Inbox
) -> None:
    with mailbox.refusing():
        deliver(waiting[0])
    assert circuit().failures == 1
    assert deliver(waiting[1]) == S.ACCEPTED
    with mailbox.refusing():
        deliver(waiting[2])
    assert (circuit().failures, circuit().state) == (1, CircuitState.CLOSED)


def test_what_is_the_messages_own_fault_opens_nothing(sms_inbox: Inbox) -> None:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(email=None))
    for kind in (EventKind.CREATED,) * 3:
        (key,) = route_event(last_event(ticket, kind).pk) or [Notification.objects.get().pk]
        Notification.objects.filter(pk=key).update(
            address="+1", state=S.QUEUED, next_attempt_at=timezone.now(), sent_at=None
        )
        assert deliver(key) == S.FAILED
    assert not Circuit.objects.interrupted().exists()


def test_a_channel_that_is_down_leaves_the_others_alone(mailbox: Inbox, sms_inbox: Inbox) -> None:
    now = timezone.now()
    Circuit.objects.create(
        channel=Channel.EMAIL, state=CircuitState.OPEN, opened_at=now, probe_at=now + MINUTE
    )
    ticket = report_ticket(burst_pipe_category(), reporter=resident())
    route_event(last_event(ticket, EventKind.CREATED).pk)
    assert deliver_due() == 1
    assert (len(mailbox.messages()), len(sms_inbox.messages())) == (0, 1)


# The banner


def page_as(role: Role, organisation: Organisation) -> str:
    person = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=organisation, user=person, role=role)
    client = Client()
    client.force_login(person)
    return client.get("/console/").content.decode()


@pytest.mark.parametrize(
    ("role", "is_told"),
    [(Role.ORGANISATION_ADMIN, True), (Role.CALL_CENTRE, True), (Role.AGENT, False), (Role.AUDITOR, False)],
)
def test_who_reads_the_delivery_log_is_told_of_an_outage(
    waiting: list[uuid.UUID], mailbox: Inbox, role: Role, is_told: bool
) -> None:
    organisation = Notification.objects.all()[0].organisation
    assert "does not go out since" not in page_as(role, organisation)
    with mailbox.refusing():
        deliver_due()
    shown = page_as(role, organisation)
    told = "7 messages wait. The provider said: 451 4.3.2 The post office is closed, try later" in shown
    assert told is is_told


def test_another_organisation_is_told_of_the_outage_and_not_of_our_messages(
    waiting: list[uuid.UUID], mailbox: Inbox
) -> None:
    with mailbox.refusing():
        deliver_due()
    assert "0 messages wait" in page_as(Role.ORGANISATION_ADMIN, burst_pipe_category().organisation)
