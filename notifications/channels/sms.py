"""SMS by Twilio."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from django.conf import settings

from notifications.channels.base import MessageChannel
from notifications.channels.twilio import hand_over, is_set_up
from notifications.models import Notification
from notifications.rendering import Message

__all__ = ["SmsChannel", "is_set_up", "send_text"]


class SmsChannel:
    def session(self) -> AbstractContextManager[MessageChannel]:
        return nullcontext(self)

    def send(self, notification: Notification, message: Message) -> str:
        return send_text(notification.address, message.sms, known_as=notification.name_of_attempt)


def send_text(phone: str, text: str, *, known_as: str = "") -> str:
    """Hand over one SMS and return Twilio's reference for it. Raises what `hand_over` raises."""
    return hand_over(to=phone, sender=settings.TWILIO_FROM, text=text, known_as=known_as)
