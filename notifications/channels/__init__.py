"""One file and one class per channel. Another provider is another file here and a line below."""

from __future__ import annotations

from django.conf import settings

from notifications.channels.base import (
    AddressStopped,
    ChannelNotSetUp,
    MessageChannel,
    NotToBeSent,
    ProviderDown,
    Refused,
    TryAgain,
)
from notifications.channels.console import ConsoleChannel
from notifications.channels.email import EmailChannel
from notifications.channels.sms import SmsChannel
from notifications.channels.whatsapp import WhatsAppChannel
from notifications.enums import Channel

# Who carries SMS, by what SMS_PROVIDER may say.
SMS_PROVIDERS: dict[str, type[MessageChannel]] = {"twilio": SmsChannel, "console": ConsoleChannel}

CHANNELS: dict[str, MessageChannel] = {
    Channel.EMAIL: EmailChannel(),
    Channel.SMS: SMS_PROVIDERS[settings.SMS_PROVIDER](),
    Channel.WHATSAPP: WhatsAppChannel(),
}

__all__ = [
    "CHANNELS",
    "SMS_PROVIDERS",
    "AddressStopped",
    "ChannelNotSetUp",
    "MessageChannel",
    "NotToBeSent",
    "ProviderDown",
    "Refused",
    "TryAgain",
]
