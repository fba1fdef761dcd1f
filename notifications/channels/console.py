"""SMS as lines of the log: for a desk without a provider, and as the example of how one is added."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext

from notifications.channels.base import MessageChannel
from notifications.models import Notification
from notifications.rendering import Message

logger = logging.getLogger(__name__)


class ConsoleChannel:
    def session(self) -> AbstractContextManager[MessageChannel]:
        return nullcontext(self)

    def send(self, notification: Notification, message: Message) -> str:
        logger.info("SMS to %s: %s", notification.address, message.sms)
        # A provider's own reference, by which its callbacks name the message later.
        return f"console-{notification.pk}"
