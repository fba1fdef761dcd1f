"""Sending one message: claim it, see whether it is still of use, hand it over, record what came of it."""

from __future__ import annotations

import logging
import uuid
from collections import Counter

from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.actions.attempts import begin_attempt, end_attempt
from notifications.channels import CHANNELS, ChannelNotSetUp, Refused, TryAgain
from notifications.enums import AttemptOutcome, NotificationState
from notifications.models import Attempt, Notification
from notifications.relevance import still_matters
from notifications.rendering import write_message
from notifications.retry import delay_after, most_attempts

logger = logging.getLogger(__name__)

BATCH = 100
# After so many failures in a row a channel is left alone until the next sweep.
PATIENCE = 3

S, A = NotificationState, AttemptOutcome


def deliver(notification_id: uuid.UUID) -> str:
    """Send one message if it is due and nobody else is at it. Returns its state afterwards, "" for none.

    A crash between sending and recording can repeat one message, and only then.
    """
    notification = (
        Notification.objects.for_sending().due_by(timezone.now()).filter(pk=notification_id).first()
    )
    attempt = begin_attempt(notification) if notification else None
    return _try(attempt) if attempt else ""


def _try(attempt: Attempt) -> str:
    notification = attempt.notification
    if notification.failures > most_attempts(notification.channel):
        return _give_up(attempt, A.SKIPPED, notification.last_error or _("Given up."))
    if not _is_wanted(notification):
        return end_attempt(attempt, A.SKIPPED, S.SUPPRESSED)
    return _send(attempt)


def _is_wanted(notification: Notification) -> bool:
    person = notification.recipient
    if person is None and notification.recipient_key.startswith("user:"):
        return False
    if person is not None and not person.is_active:
        return False
    return still_matters(notification.event, notification.event.ticket, notification.audience)


def _send(attempt: Attempt) -> str:
    notification = attempt.notification
    message = write_message(notification)
    if message is None:
        return end_attempt(attempt, A.SKIPPED, S.SUPPRESSED)
    try:
        reference = CHANNELS[notification.channel].send(notification, message)
    except ChannelNotSetUp as refusal:
        return end_attempt(attempt, A.SKIPPED, S.SUPPRESSED, words=str(refusal))
    except Refused as refusal:
        return _give_up(attempt, A.REFUSED, str(refusal))
    except TryAgain as failure:
        return _retry(attempt, str(failure))
    return end_attempt(attempt, A.ACCEPTED, S.ACCEPTED, reference=reference)


def _retry(attempt: Attempt, words: str) -> str:
    notification = attempt.notification
    delay = delay_after(notification.channel, notification.failures)
    if delay is None:
        return _give_up(attempt, A.LATER, words)
    logger.warning("Notification %s was not accepted; trying again in %s.", notification.pk, delay)
    return end_attempt(attempt, A.LATER, S.QUEUED, words=words, next_attempt_at=timezone.now() + delay)


def _give_up(attempt: Attempt, outcome: AttemptOutcome, words: str) -> str:
    logger.error("Notification %s failed for good.", attempt.notification_id)
    return end_attempt(attempt, outcome, S.FAILED, words=words)


def deliver_due() -> int:
    """Send what waits and nobody is at, in batches until nothing is left. Returns how many were accepted."""
    sent = 0
    failures: Counter[str] = Counter()
    while batch := _due_batch(failures):
        for key, channel in batch:
            if failures[channel] < PATIENCE:
                state = deliver(key)
                sent += state == S.ACCEPTED
                failures[channel] = failures[channel] + 1 if state == S.QUEUED else 0
    return sent


def _due_batch(failures: Counter[str]) -> list[tuple[uuid.UUID, str]]:
    broken = [channel for channel, count in failures.items() if count >= PATIENCE]
    due = Notification.objects.due_by(timezone.now()).outside_channels(broken)
    return list(due.values_list("pk", "channel")[:BATCH])
