"""One file and one class per channel. Another provider is another file here and a line in CHANNELS."""

from __future__ import annotations

from notifications.channels.base import ChannelNotSetUp, MessageChannel, ProviderDown, Refused, TryAgain
from notifications.channels.email import EmailChannel
from notifications.channels.sms import SmsChannel
from notifications.enums import Channel

CHANNELS: dict[str, MessageChannel] = {Channel.EMAIL: EmailChannel(), Channel.SMS: SmsChannel()}

__all__ = ["CHANNELS", "ChannelNotSetUp", "MessageChannel", "ProviderDown", "Refused", "TryAgain"]
