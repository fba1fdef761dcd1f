"""What providers say became of a message, in our words."""

from __future__ import annotations

from django.utils import timezone

from notifications.actions.receipts import record_receipt
from notifications.enums import Channel, NotificationState
from notifications.inbound.actions.stopping import stop
from notifications.inbound.enums import WhyStopped

# "queued" and "sending" say nothing new; that a message was read is more than we want to know.
_TWILIO_STATES = {
    "sent": NotificationState.ACCEPTED,
    "delivered": NotificationState.DELIVERED,
    "read": NotificationState.DELIVERED,
    "undelivered": NotificationState.BOUNCED,
    "failed": NotificationState.BOUNCED,
}
# "Attempt to send to unsubscribed recipient": they said STOP to the carrier, and we have not heard it.
_UNSUBSCRIBED = "21610"


def told_by_twilio(channel: str, sid: str, status: str, error: str) -> bool:
    """Move the message that Twilio knows by this sid; returns whether there is one. Safe to repeat."""
    state = _TWILIO_STATES.get(status)
    if state is None:
        return False
    words = f"{status} {error}".strip()
    receipt = record_receipt(Channel(channel), sid, state, words, timezone.now())
    if receipt is None:
        return False
    if error == _UNSUBSCRIBED:
        stop(channel, receipt.attempt.notification.address, reason=WhyStopped.CARRIER)
    return True
