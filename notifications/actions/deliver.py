"""Sending one message: claim it, see whether it is still of use, hand it over, record what came of it."""

from __future__ import annotations

import logging
import uuid
from collections import Counter

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.channels import CHANNELS, ChannelNotSetUp, Refused, TryAgain
from notifications.enums import NotificationState
from notifications.models import Notification
from notifications.relevance import still_matters
from notifications.rendering import write_message
from notifications.retry import LEASE, delay_after, most_attempts
from notifications.scrubbing import scrub

logger = logging.getLogger(__name__)

BATCH = 100
# After so many failures in a row a channel is left alone until the next sweep.
PATIENCE = 3

S = NotificationState


def deliver(notification_id: uuid.UUID) -> str:
    """Send one message if it is due and nobody else is at it. Returns its state afterwards, "" for none.

    A crash between sending and recording can repeat one message, and only then.
    """
    if not _claim(notification_id):
        return ""
    notification = Notification.objects.for_sending().get(pk=notification_id)
    if notification.attempts > most_attempts(notification.channel):
        return _settle(notification, S.FAILED, notification.last_error or _("Given up."))
    if not _is_wanted(notification):
        return _settle(notification, S.SUPPRESSED)
    return _send(notification)


def _claim(notification_id: uuid.UUID) -> bool:
    """Make the message ours by one conditional update; only one of several workers gets it."""
    now = timezone.now()
    due = Notification.objects.due_by(now).order_by().filter(pk=notification_id)
    claimed = due.update(state=S.SENDING, attempts=F("attempts") + 1, next_attempt_at=now + LEASE)
    return claimed == 1


def _is_wanted(notification: Notification) -> bool:
    person = notification.recipient
    if person is None and notification.recipient_key.startswith("user:"):
        return False
    if person is not None and not person.is_active:
        return False
    return still_matters(notification.event, notification.event.ticket, notification.audience)


def _send(notification: Notification) -> str:
    message = write_message(notification)
    if message is None:
        return _settle(notification, S.SUPPRESSED)
    try:
        reference = CHANNELS[notification.channel].send(notification, message)
    except ChannelNotSetUp as refusal:
        return _settle(notification, S.SUPPRESSED, str(refusal))
    except Refused as refusal:
        return _settle(notification, S.FAILED, str(refusal))
    except TryAgain as failure:
        return _retry(notification, str(failure))
    return _settle(notification, S.ACCEPTED, reference=reference)


def _retry(notification: Notification, error: str) -> str:
    delay = delay_after(notification.channel, notification.attempts)
    if delay is None:
        return _settle(notification, S.FAILED, error)
    logger.warning("Notification %s was not accepted; trying again in %s.", notification.pk, delay)
    _record(
        notification,
        state=S.QUEUED,
        next_attempt_at=timezone.now() + delay,
        last_error=scrub(error),
    )
    return S.QUEUED


def _settle(
    notification: Notification, state: NotificationState, error: str = "", *, reference: str = ""
) -> str:
    if state == S.FAILED:
        logger.error("Notification %s failed for good.", notification.pk)
    _record(
        notification,
        state=state,
        next_attempt_at=None,
        last_error=scrub(error),
        provider_reference=reference[:200],
        sent_at=timezone.now() if state == S.ACCEPTED else None,
    )
    return state


def _record(notification: Notification, **fields: object) -> None:
    """Write the outcome, unless the claim ran out in the meantime and somebody else has the message."""
    mine = Notification.objects.filter(pk=notification.pk, state=S.SENDING, attempts=notification.attempts)
    mine.update(**fields)


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
