"""WhatsApp by Twilio, from the number that the organisation has there."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from notifications.channels.base import ChannelNotSetUp, MessageChannel
from notifications.channels.twilio import hand_over
from notifications.inbound.queries import whatsapp_number_of
from notifications.models import Notification
from notifications.rendering import Message


class WhatsAppChannel:
    def session(self) -> AbstractContextManager[MessageChannel]:
        return nullcontext(self)

    def send(self, notification: Notification, message: Message) -> str:
        number = whatsapp_number_of(notification.organisation_id)
        if not number:
            raise ChannelNotSetUp("The organisation has no WhatsApp number.")
        return hand_over(
            to=f"whatsapp:{notification.address}",
            sender=f"whatsapp:{number}",
            text=message.sms,
            known_as=notification.name_of_attempt,
        )
