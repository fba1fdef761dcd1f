"""Providers that fail, workers that die, and messages that must go once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern_policy
from typing import cast

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import LazySettings
from django.utils import timezone

from accounts.models import User
from notifications.actions.deliver import deliver, deliver_due
from notifications.actions.route import route_event
from notifications.enums import Channel, NotificationState
from notifications.models import Notification
from notifications.retry import LEASE, most_attempts
from notifications.tests.factories import last_event, resident
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
S = NotificationState


@pytest.fixture
def thandi() -> User:
    return resident()


@pytest.fixture
def ticket(thandi: User) -> Ticket:
    return report_ticket(burst_pipe_category(), reporter=thandi)


@pytest.fixture
def queued(ticket: Ticket) -> dict[str, Notification]:
    route_event(last_event(ticket, EventKind.CREATED).pk)
    return {row.channel: row for row in Notification.objects.all()}


def test_a_dead_provider_loses_nothing(
    queued: dict[str, Notification], mailbox: Inbox, sms_inbox: Inbox
) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        with mailbox.refusing():
            assert [deliver(row.pk) for row in queued.values()] == [S.QUEUED, S.QUEUED]
        for row in Notification.objects.all():
            assert (row.attempts, row.next_attempt_at) == (1, now + timedelta(minutes=5))
            assert row.last_error != ""
        assert deliver_due() == 0
        clock.shift(timedelta(minutes=5))
        assert deliver_due() == 2
    assert (len(mailbox.messages()), len(sms_inbox.messages())) == (1, 1)
    assert set(Notification.objects.values_list("state", "last_error", "next_attempt_at")) == {
        (S.ACCEPTED, "", None)
    }


def test_a_provider_that_stays_dead_is_given_up(queued: dict[str, Notification], mailbox: Inbox) -> None:
    sms = queued[Channel.SMS]
    with time_machine.travel(timezone.now(), tick=False) as clock, mailbox.refusing():
        states = []
        for _attempt in range(most_attempts(Channel.SMS)):
            states.append(deliver(sms.pk))
            clock.shift(timedelta(hours=1))
        assert states == [S.QUEUED] * 3 + [S.FAILED]
        assert deliver(sms.pk) == ""
    sms.refresh_from_db()
    assert (sms.state, sms.attempts, sms.next_attempt_at) == (S.FAILED, 4, None)


def test_a_worker_that_died_while_sending_is_replaced_after_its_lease(
    queued: dict[str, Notification], mailbox: Inbox
) -> None:
    mail = queued[Channel.EMAIL]
    now = timezone.now()
    Notification.objects.filter(pk=mail.pk).update(state=S.SENDING, attempts=1, next_attempt_at=now + LEASE)
    assert deliver(mail.pk) == ""
    with time_machine.travel(now + LEASE, tick=False):
        assert deliver(mail.pk) == S.ACCEPTED
    assert len(mailbox.messages()) == 1


def test_a_message_that_kills_its_worker_every_time_is_given_up(queued: dict[str, Notification]) -> None:
    mail = queued[Channel.EMAIL]
    Notification.objects.filter(pk=mail.pk).update(attempts=7, failures=most_attempts(Channel.EMAIL))
    assert deliver(mail.pk) == S.FAILED


def test_a_number_that_the_provider_refuses_is_not_tried_again(
    queued: dict[str, Notification], sms_inbox: Inbox
) -> None:
    sms = queued[Channel.SMS]
    Notification.objects.filter(pk=sms.pk).update(address="+1")
    assert deliver(sms.pk) == S.FAILED
    sms.refresh_from_db()
    assert "21211" in sms.last_error
    assert sms_inbox.messages() == []


def test_a_person_who_has_left_is_told_nothing(
    queued: dict[str, Notification], thandi: User, mailbox: Inbox
) -> None:
    User.objects.filter(pk=thandi.pk).update(is_active=False)
    assert {deliver(row.pk) for row in queued.values()} == {S.SUPPRESSED}
    assert mailbox.messages() == []


def test_without_a_provider_messages_are_suppressed_and_say_so(
    queued: dict[str, Notification], settings: LazySettings
) -> None:
    settings.EMAIL_HOST = settings.TWILIO_ACCOUNT_SID = ""
    assert {deliver(row.pk) for row in queued.values()} == {S.SUPPRESSED}
    assert Notification.objects.get(channel=Channel.EMAIL).last_error == (
        "There is no mail server: EMAIL_HOST is empty."
    )


class Keeping:
    """A mail server that keeps what it is handed, headers and all."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mail = message_from_bytes(cast(bytes, envelope.content), _class=EmailMessage, policy=modern_policy)
        self.mails.append(mail)
        return "250 Kept"


@pytest.fixture
def kept(settings: LazySettings) -> Iterator[list[EmailMessage]]:
    handler = Keeping()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", port
    yield handler.mails
    server.stop()


def test_the_mail_can_be_threaded_and_is_known_as_automatic(
    queued: dict[str, Notification], ticket: Ticket, kept: list[EmailMessage]
) -> None:
    notification = queued[Channel.EMAIL]
    deliver(notification.pk)
    notification.refresh_from_db()
    (mail,) = kept
    assert mail["Message-ID"] == notification.provider_reference
    assert notification.provider_reference.startswith(f"<{notification.event_id}.")
    assert mail["References"] == mail["In-Reply-To"] == f"<ticket.{ticket.pk}@testserver>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == f"{ticket.organisation.name} <noreply@localhost>"
    assert mail.get_content_type() == "multipart/alternative"


def test_a_line_break_in_a_title_cannot_become_a_header(mailbox: Inbox) -> None:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(phone=None))
    Ticket.objects.filter(pk=ticket.pk).update(title="Burst\r\nBcc: everybody@example.org")
    (key,) = route_event(last_event(ticket, EventKind.CREATED).pk)
    assert deliver(key) == S.ACCEPTED
    (mail,) = mailbox.messages()
    assert mail.recipients == [ticket.reporter_email]
    assert "Burst Bcc: everybody@example.org" in mail.subject
