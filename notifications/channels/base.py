"""What a channel is: it hands a message to a provider, or says why it could not."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from notifications.models import Notification
from notifications.rendering import Message


class Refused(Exception):
    """The provider will never take this message. Carries its words."""


class TryAgain(Exception):
    """The provider did not take the message now. Carries its words."""


class ProviderDown(TryAgain):
    """It did not take it because something is wrong with itself: it would take no other message either."""


class NotToBeSent(Exception):
    """Nobody tried. Carries the reason."""


class ChannelNotSetUp(NotToBeSent):
    """This installation has no provider for the channel."""


class AddressStopped(NotToBeSent):
    """Whoever has this address is told nothing more by this channel."""


class MessageChannel(Protocol):
    def session(self) -> AbstractContextManager[MessageChannel]:
        """The channel for several messages one after the other, with what can be shared by them kept open."""
        ...

    def send(self, notification: Notification, message: Message) -> str:
        """Hand over one message and return the provider's reference for it.

        Raises Refused, TryAgain, ProviderDown or NotToBeSent. May be called again for the same
        notification after a crash, so the message carries an id that stays the same where the
        protocol has one.
        """
        ...
