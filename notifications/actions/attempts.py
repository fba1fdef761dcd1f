"""The record of every attempt: begun before anything is handed over, ended with what came of it."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from notifications.actions.statements import claim_and_begin, end_as_accepted
from notifications.enums import AttemptOutcome, Hold, NotificationState
from notifications.models import Attempt, Notification
from notifications.retry import LEASE
from notifications.scrubbing import scrub

logger = logging.getLogger(__name__)

S, A = NotificationState, AttemptOutcome
# What waits for these goes out in one mail.
_TOLD_TOGETHER = frozenset({Hold.BURST, Hold.DIGEST})


def begin_attempt(notification: Notification) -> Attempt | None:
    """Make a message ours as it was read, and write down that we try. None where it is not ours to send.

    One conditional update decides: of several workers that read the same message one gets it.
    """
    now = timezone.now()
    gathers = notification.state == S.HELD and notification.hold in _TOLD_TOGETHER
    if notification.state != S.SENDING and not gathers:
        return _begin_plainly(notification, now)
    with transaction.atomic():
        if gathers:
            _one_at_a_time(notification)
        if not _claim(notification, now):
            return None
        if gathers:
            others = Notification.objects.held_with(notification)
            others.update(carrier=notification, next_attempt_at=None)
        if notification.state == S.SENDING:
            notification.tries.begun().update(outcome=A.LOST, ended_at=now)
            logger.warning("The worker that sent notification %s is gone.", notification.pk)
        _note(notification)
        return Attempt.objects.create(notification=notification, number=notification.attempts, began_at=now)


def _begin_plainly(notification: Notification, now: datetime) -> Attempt | None:
    """What waited for nothing but its turn."""
    attempt = Attempt(notification=notification, number=notification.attempts + 1, began_at=now)
    if not claim_and_begin(notification, attempt, now + LEASE):
        return None
    _note(notification)
    return attempt


def _note(notification: Notification) -> None:
    notification.state = S.SENDING
    notification.attempts += 1
    notification.failures += 1


def _one_at_a_time(notification: Notification) -> None:
    """Two workers with two messages to one person must not each leave the other's out."""
    about = f"{notification.recipient_key} {notification.channel}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [about])


def _claim(notification: Notification, now: datetime) -> bool:
    as_read = Notification.objects.due_by(now).order_by().as_read(notification)
    claimed = as_read.update(
        state=S.SENDING,
        attempts=F("attempts") + 1,
        failures=F("failures") + 1,
        next_attempt_at=now + LEASE,
    )
    return claimed == 1


def end_attempt(
    attempt: Attempt,
    outcome: AttemptOutcome,
    state: NotificationState,
    *,
    words: str = "",
    reference: str = "",
    next_attempt_at: datetime | None = None,
    **fields: object,
) -> str:
    """Write what came of it, to the attempt and to the message with all that it carries.

    Where the claim ran out in the meantime somebody else has the message: then only the attempt is told.
    """
    now, said, known_as = timezone.now(), scrub(words), reference[:200]
    if state == S.ACCEPTED and not attempt.notification.hold:
        # It waited for nothing, so it carries nothing.
        end_as_accepted(attempt, known_as, now)
        return state
    accepted = {"provider_reference": known_as, "sent_at": now} if state == S.ACCEPTED else {}
    with transaction.atomic():
        mine = Notification.objects.being_sent(attempt).update(
            state=state, next_attempt_at=next_attempt_at, last_error=said, **accepted, **fields
        )
        # What the provider said that it took stays taken, whatever became of our connection to it.
        Attempt.objects.filter(pk=attempt.pk).exclude(outcome=A.ACCEPTED).update(
            outcome=outcome, ended_at=now, words=said, provider_reference=known_as
        )
        if mine and next_attempt_at is None:
            carried = Notification.objects.carried_by(attempt.notification)
            carried.update(state=state, last_error=said, **accepted)
    return state
