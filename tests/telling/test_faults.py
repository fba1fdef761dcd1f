"""Providers that refuse, fail, are slow or fall silent, and words that cannot be written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.template import TemplateSyntaxError
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import MembershipFactory, UserFactory
from demo.postoffice import Fault, PostOffice
from departments.tests.factories import staff_member
from notifications.actions import deliver as delivery
from notifications.actions.deliver import deliver, deliver_due
from notifications.actions.route import route_event
from notifications.channels import twilio
from notifications.enums import AttemptOutcome, Channel, Hold, NotificationState
from notifications.models import Attempt, Circuit, Notification
from notifications.tests.factories import last_event, resident
from notifications.wording.residents import RESIDENT_WORDS
from tests.inboxes import Inbox
from tickets.actions.lifecycle import start_work
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
S, A = NotificationState, AttemptOutcome


def queued(**person: Any) -> Notification:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(**person))
    (key,) = route_event(last_event(ticket, EventKind.CREATED).pk)
    return Notification.objects.get(pk=key)


def failures_of(channel: Channel) -> int:
    return sum(Circuit.objects.filter(channel=channel).values_list("failures", flat=True))


@pytest.mark.parametrize(
    ("fault", "state", "is_providers"),
    [
        (
            Fault(status=400, code=21211, words="The 'To' number is not a valid phone number."),
            S.FAILED,
            False,
        ),
        (
            Fault(status=400, code=21614, words="'To' number is not a mobile number: a landline."),
            S.FAILED,
            False,
        ),
        (Fault(status=404, code=20404, words="Not found"), S.FAILED, False),
        (Fault(status=401, code=20003, words="Authenticate"), S.QUEUED, True),
        (Fault(status=429, code=20429, words="Too many requests"), S.QUEUED, True),
        (Fault(status=500, code=20500, words="An internal server error has occurred"), S.QUEUED, True),
        (Fault(status=503, code=20503, words="Service unavailable"), S.QUEUED, True),
        (Fault(hangs=True), S.QUEUED, True),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
def test_what_an_sms_provider_may_do(
    post_office: PostOffice,
    sms_inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    state: NotificationState,
    is_providers: bool,
) -> None:
    monkeypatch.setattr(twilio, "TIMEOUT_SECONDS", 0.2)
    message = queued(email=None)
    post_office.faults.append(fault)
    assert deliver(message.pk) == state
    attempt = Attempt.objects.get()
    assert attempt.outcome == (A.LATER if state == S.QUEUED else A.REFUSED)
    assert fault.words in attempt.words
    assert failures_of(Channel.SMS) == int(is_providers)
    assert sms_inbox.messages() == []


@pytest.mark.parametrize(
    ("fault", "state", "is_providers"),
    [
        (Fault(words="550 5.1.1 No such mailbox", at="RCPT"), S.FAILED, False),
        (Fault(words="450 4.2.1 Greylisted, try later", at="RCPT"), S.QUEUED, False),
        (Fault(words="552 5.3.4 Too large"), S.FAILED, False),
        (Fault(words="451 4.3.0 Something is wrong here"), S.QUEUED, True),
        (Fault(words="421 4.3.2 Shutting down"), S.QUEUED, True),
        (Fault(hangs=True), S.QUEUED, True),
    ],
    ids=lambda value: str(getattr(value, "words", value))[:3],
)
def test_what_a_mail_server_may_do(
    post_office: PostOffice,
    mailbox: Inbox,
    settings: LazySettings,
    fault: Fault,
    state: NotificationState,
    is_providers: bool,
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    message = queued(phone=None)
    post_office.faults.append(fault)
    assert deliver(message.pk) == state
    attempt = Attempt.objects.get()
    assert attempt.outcome == (A.LATER if state == S.QUEUED else A.REFUSED)
    assert fault.words in attempt.words
    assert failures_of(Channel.EMAIL) == int(is_providers)
    assert mailbox.messages() == []


def test_one_mail_that_is_refused_does_not_keep_the_next_one_on_the_line_from_going(
    post_office: PostOffice, mailbox: Inbox
) -> None:
    keys = [queued(phone=None).pk for _number in range(3)]
    post_office.faults += [Fault(words="552 5.3.4 Too large"), Fault(words="421 4.3.2 Shutting down")]
    states = delivery.deliver_all(keys)
    assert [states[key] for key in keys] == [S.FAILED, S.QUEUED, S.ACCEPTED]
    assert len(mailbox.messages()) == 1


# Words


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words about a beginning cannot be written."""

    def fail(_occasion: Any) -> Any:
        raise TemplateSyntaxError("Invalid block tag on line 3")

    monkeypatch.setitem(RESIDENT_WORDS, EventKind.STARTED, fail)


def test_what_cannot_be_written_waits_and_holds_up_nobody_else(
    broken: None, monkeypatch: pytest.MonkeyPatch, mailbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    category = burst_pipe_category()
    agent = staff_member(category.department, capacity=5)
    thandi, pieter = resident(phone=None), resident(phone=None)
    ticket, other = (report_ticket(category, reporter=person) for person in (thandi, pieter))
    start_work(ticket, acting_user=agent)
    route_event(last_event(ticket, EventKind.STARTED).pk)
    route_event(last_event(other, EventKind.CREATED).pk)
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        assert deliver_due() == 1
        held = Notification.objects.get(event__kind=EventKind.STARTED)
        assert (held.state, held.hold) == (S.HELD, Hold.TEMPLATE)
        assert held.next_attempt_at == now + timedelta(minutes=5)
        assert held.last_error == "TemplateSyntaxError: Invalid block tag on line 3"
        assert Attempt.objects.get(notification=held).outcome == A.HELD
        assert [mail.recipients for mail in mailbox.messages()] == [[pieter.email]]
        assert f"Notification {held.pk} could not be written." in caplog.messages
        assert failures_of(Channel.EMAIL) == 0
        # Somebody puts the template right.
        monkeypatch.undo()
        clock.shift(timedelta(minutes=5))
        assert deliver_due() == 1
    assert "Work is in progress" in mailbox.to(str(thandi.email))[0].subject


def test_the_admin_reads_above_every_page_that_a_template_is_broken(broken: None) -> None:
    category = burst_pipe_category()
    ticket = report_ticket(category, reporter=resident(phone=None))
    start_work(ticket, acting_user=staff_member(category.department, capacity=5))
    (key,) = route_event(last_event(ticket, EventKind.STARTED).pk)
    admin = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=category.organisation, user=admin, role=Role.ORGANISATION_ADMIN)
    client = Client()
    client.force_login(admin)
    said = "1 message could not be written and waits"
    assert said not in client.get("/console/").content.decode()
    assert deliver(key) == S.HELD
    assert said in client.get("/console/").content.decode()


def test_a_template_that_stays_broken_is_given_up(broken: None) -> None:
    category = burst_pipe_category()
    ticket = report_ticket(category, reporter=resident(email=None))
    start_work(ticket, acting_user=staff_member(category.department, capacity=5))
    (key,) = route_event(last_event(ticket, EventKind.STARTED).pk)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        states = []
        for _attempt in range(4):
            states.append(deliver(key))
            clock.shift(timedelta(hours=1))
    assert states == [S.HELD, S.HELD, S.HELD, S.FAILED]


def test_a_language_that_nobody_speaks_here_is_the_organisations(mailbox: Inbox) -> None:
    message = queued(phone=None)
    message.organisation.language = "af"
    message.organisation.save()
    Notification.objects.filter(pk=message.pk).update(language="tlh")
    assert deliver(message.pk) == S.ACCEPTED
    assert 'lang="af"' in mailbox.messages()[0].html


def test_an_address_with_a_line_break_is_refused_and_adds_no_header(mailbox: Inbox) -> None:
    message = queued(phone=None)
    Notification.objects.filter(pk=message.pk).update(address="a@example.org\nBcc: everybody@example.org")
    assert deliver(message.pk) == S.FAILED
    assert mailbox.messages() == []


def test_however_many_wait_only_a_few_are_in_memory(monkeypatch: pytest.MonkeyPatch, mailbox: Inbox) -> None:
    first = queued(phone=None)
    Notification.objects.bulk_create(
        Notification(
            organisation=first.organisation,
            event=first.event,
            audience=first.audience,
            channel=Channel.EMAIL,
            recipient_key=f"user:{number}",
            address=f"person{number}@example.org",
            language="en",
        )
        for number in range(59)
    )
    read: list[int] = []
    usual = delivery._deliver_by

    def watched(channel: Channel, keys: Any) -> Any:
        read.append(len(keys))
        return usual(channel, keys)

    monkeypatch.setattr(delivery, "BATCH", 25)
    monkeypatch.setattr(delivery, "_deliver_by", watched)
    assert deliver_due() == 1
    assert read == [25, 25, 10]
    assert Notification.objects.filter(state=S.SUPPRESSED).count() == 59
