"""What providers say of a message later: it arrived, or it came back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from notifications.actions.attempts import end_attempt
from notifications.enums import GONE_OUT, AttemptOutcome, Channel, NotificationState
from notifications.models import Attempt, Notification, Receipt
from notifications.scrubbing import scrub

S = NotificationState
# What is known of a message only grows: a mail that arrived may still come back, never the other way.
_ORDER = {state: place for place, state in enumerate(GONE_OUT)}


def record_receipt(
    channel: Channel,
    provider_reference: str,
    state: NotificationState,
    words: str,
    at: datetime,
    *,
    name: str = "",
) -> Receipt | None:
    """Keep what a provider said of the message that it knows by this reference, and move the message on.

    `state` is accepted, delivered or bounced, `at` when it happened, `name` what we called the attempt.
    Safe to repeat and in any order: a repetition returns the receipt that there is, and a message is never
    moved back. By its name a message is found before the provider's answer has come, or when that was
    lost: then this is the answer. None where no message of ours is meant.
    """
    if state not in _ORDER:
        raise ValueError(f"{state} is nothing that a receipt says.")
    with transaction.atomic():
        attempt = _attempt_of(channel, provider_reference, name)
        if attempt is None:
            return None
        # Two callbacks at once are told apart by the lock.
        notification = Notification.objects.select_for_update().get(pk=attempt.notification_id)
        if _is_under_way(notification, attempt):
            end_attempt(attempt, AttemptOutcome.ACCEPTED, S.ACCEPTED, reference=provider_reference)
            notification.refresh_from_db()
        receipt, _is_new = Receipt.objects.get_or_create(
            attempt=attempt, state=state, defaults={"words": scrub(words), "at": at}
        )
        if _moves_on(notification, attempt, state):
            _move(notification, state, receipt.words)
        return receipt


def _attempt_of(channel: Channel, provider_reference: str, name: str) -> Attempt | None:
    if not provider_reference:
        return None
    known = Attempt.objects.known_as(channel, provider_reference).first()
    return known or Attempt.objects.called(channel, name).select_related("notification").first()


def _is_under_way(notification: Notification, attempt: Attempt) -> bool:
    """Whether the provider has it, and we do not know yet."""
    return notification.state == S.SENDING and attempt.number == notification.attempts


def _moves_on(notification: Notification, attempt: Attempt, state: NotificationState) -> bool:
    """Only from what is known now, and only by what the last attempt led to."""
    known = _ORDER.get(NotificationState(notification.state))
    return known is not None and known < _ORDER[state] and attempt.number == notification.attempts


def _move(notification: Notification, state: NotificationState, words: str) -> None:
    said = words if state == S.BOUNCED else ""
    for rows in (Notification.objects.filter(pk=notification.pk), notification.carried.all()):
        rows.update(state=state, last_error=said)
