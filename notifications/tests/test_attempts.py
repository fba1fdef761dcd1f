"""Every attempt leaves a row, also the one whose worker died."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications.actions.attempts import begin_attempt, end_attempt
from notifications.actions.deliver import deliver
from notifications.actions.route import route_event
from notifications.enums import AttemptOutcome, NotificationState
from notifications.models import Attempt, Notification
from notifications.retry import LEASE
from notifications.tests.factories import last_event, resident
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
S, A = NotificationState, AttemptOutcome


@pytest.fixture
def queued() -> Notification:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(phone=None))
    (key,) = route_event(last_event(ticket, EventKind.CREATED).pk)
    return Notification.objects.get(pk=key)


def outcomes() -> list[tuple[int, str]]:
    return list(Attempt.objects.order_by("number").values_list("number", "outcome"))


def test_attempts_are_numbered_and_keep_what_the_provider_said(queued: Notification, mailbox: Inbox) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        with mailbox.refusing():
            deliver(queued.pk)
        clock.shift(timedelta(minutes=5))
        assert deliver(queued.pk) == S.ACCEPTED
    first, second = Attempt.objects.order_by("number")
    queued.refresh_from_db()
    assert outcomes() == [(1, A.LATER), (2, A.ACCEPTED)]
    assert first.words == "451 4.3.2 The post office is closed, try later"
    assert (first.began_at, second.began_at) == (now, now + timedelta(minutes=5))
    assert second.provider_reference == queued.provider_reference != ""


def test_an_attempt_whose_worker_died_is_lost(queued: Notification, mailbox: Inbox) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        assert begin_attempt(queued) is not None
        clock.shift(LEASE - timedelta(seconds=1))
        assert deliver(queued.pk) == ""
        clock.shift(timedelta(seconds=1))
        assert deliver(queued.pk) == S.ACCEPTED
    assert outcomes() == [(1, A.LOST), (2, A.ACCEPTED)]
    assert Attempt.objects.get(number=1).ended_at == now + LEASE


def test_of_two_workers_that_read_the_same_message_one_gets_it(queued: Notification) -> None:
    other = Notification.objects.get(pk=queued.pk)
    assert begin_attempt(queued) is not None
    assert begin_attempt(other) is None
    assert outcomes() == [(1, A.SENDING)]


def test_who_comes_back_too_late_does_not_overwrite_who_took_over(queued: Notification) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        slow = begin_attempt(queued)
        clock.shift(LEASE)
        quick = begin_attempt(Notification.objects.get(pk=queued.pk))
        assert slow is not None
        assert quick is not None
        end_attempt(quick, A.ACCEPTED, S.ACCEPTED, reference="second")
        end_attempt(slow, A.REFUSED, S.FAILED, words="550 No such box")
    queued.refresh_from_db()
    assert (queued.state, queued.provider_reference, queued.last_error) == (S.ACCEPTED, "second", "")
    # That it ended after all is known of the attempt alone.
    assert outcomes() == [(1, A.REFUSED), (2, A.ACCEPTED)]
