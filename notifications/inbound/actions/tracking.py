"""What providers say became of a message, in our words."""

from __future__ import annotations

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.utils import timezone

from notifications.actions.receipts import record_receipt
from notifications.enums import Channel, NotificationState
from notifications.inbound.actions.stopping import stop
from notifications.inbound.enums import WhyStopped
from notifications.inbound.mail.bounces import is_gone
from notifications.models import Notification

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


def told_by_twilio(channel: str, sid: str, status: str, error: str, *, name: str = "") -> bool:
    """Move the message that Twilio knows by this sid, and we by this name; returns whether there is one.

    Safe to repeat, and before Twilio's answer to our request has come.
    """
    state = _TWILIO_STATES.get(status)
    if state is None:
        return False
    words = f"{status} {error}".strip()
    receipt = record_receipt(Channel(channel), sid, state, words, timezone.now(), name=name)
    if receipt is None:
        return False
    notification = receipt.attempt.notification
    if error == _UNSUBSCRIBED:
        stop(channel, notification.address, reason=WhyStopped.CARRIER)
    elif channel == Channel.WHATSAPP and state == NotificationState.BOUNCED:
        _tell_by_sms_instead(notification)
    return True


def _tell_by_sms_instead(notification: Notification) -> None:
    """WhatsApp carries free words only to who has written within a day, and only to who has it at all.

    Twilio says so afterwards. The SMS is one row like every other: told twice it is there once.
    """
    copied = (
        "organisation_id",
        "event_id",
        "audience",
        "recipient_id",
        "recipient_key",
        "address",
        "language",
    )
    row = Notification(channel=Channel.SMS, **{name: getattr(notification, name) for name in copied})
    Notification.objects.bulk_create([row], ignore_conflicts=True)


# What anymail calls it, in our words. "queued" and "deferred" say nothing yet; what people open is theirs.
_MAIL_STATES = {
    EventType.SENT: NotificationState.ACCEPTED,
    EventType.DELIVERED: NotificationState.DELIVERED,
    EventType.BOUNCED: NotificationState.BOUNCED,
    EventType.REJECTED: NotificationState.BOUNCED,
    EventType.FAILED: NotificationState.BOUNCED,
}
_WHY_STOPPED = {
    EventType.COMPLAINED: WhyStopped.COMPLAINED,
    EventType.UNSUBSCRIBED: WhyStopped.UNSUBSCRIBED,
}


def told_by_mail_provider(event: AnymailTrackingEvent) -> None:
    """Move the mail that the provider knows by this id, and stop addresses that take no more of ours."""
    address = (event.recipient or "").strip().lower()
    state = _MAIL_STATES.get(event.event_type)
    words = event.mta_response or event.description or event.event_type
    if state is not None and event.message_id:
        record_receipt(Channel.EMAIL, event.message_id, state, words, event.timestamp or timezone.now())
    why = _WHY_STOPPED.get(event.event_type)
    if state == NotificationState.BOUNCED and (event.reject_reason == RejectReason.INVALID or is_gone(words)):
        why = WhyStopped.BOUNCED
    if why is not None and address:
        stop(Channel.EMAIL, address, reason=why)
