"""What providers say of a message later: it arrived, or it came back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from notifications.enums import GONE_OUT, Channel, NotificationState
from notifications.models import Attempt, Notification, Receipt
from notifications.scrubbing import scrub

# What is known of a message only grows: a mail that arrived may still come back, never the other way.
_ORDER = {state: place for place, state in enumerate(GONE_OUT)}


def record_receipt(
    channel: Channel, provider_reference: str, state: NotificationState, words: str, at: datetime
) -> Receipt | None:
    """Keep what a provider said of the message that it knows by this reference, and move the message on.

    `state` is accepted, delivered or bounced, `at` when it happened. Safe to repeat and in any order: a
    repetition returns the receipt that there is, and a message is never moved back. None where no message
    of ours has this reference.
    """
    if state not in _ORDER:
        raise ValueError(f"{state} is nothing that a receipt says.")
    with transaction.atomic():
        attempt = (
            Attempt.objects.known_as(channel, provider_reference).first() if provider_reference else None
        )
        if attempt is None:
            return None
        # Two callbacks at once are told apart by the lock.
        notification = Notification.objects.select_for_update().get(pk=attempt.notification_id)
        receipt, _is_new = Receipt.objects.get_or_create(
            attempt=attempt, state=state, defaults={"words": scrub(words), "at": at}
        )
        if _moves_on(notification, attempt, state):
            _move(notification, state, receipt.words)
        return receipt


def _moves_on(notification: Notification, attempt: Attempt, state: NotificationState) -> bool:
    """Only from what is known now, and only by what the last attempt led to."""
    known = _ORDER.get(NotificationState(notification.state))
    return known is not None and known < _ORDER[state] and attempt.number == notification.attempts


def _move(notification: Notification, state: NotificationState, words: str) -> None:
    said = words if state == NotificationState.BOUNCED else ""
    for rows in (Notification.objects.filter(pk=notification.pk), notification.carried.all()):
        rows.update(state=state, last_error=said)
