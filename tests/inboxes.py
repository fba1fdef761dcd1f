"""What tests read of the mail and SMS that the project really sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from demo.outbox import SentMessage
from demo.postoffice import PostOffice

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Inbox:
    """The mails, or the SMS, that arrived at the test's post office; newest first."""

    office: PostOffice
    kind: Literal["mail", "sms"]

    def messages(self) -> list[SentMessage]:
        return [message for message in self.office.outbox.newest() if message.kind == self.kind]

    def to(self, recipient: str) -> list[SentMessage]:
        wanted = recipient.casefold()
        return [found for found in self.messages() if wanted in (one.casefold() for one in found.recipients)]

    def wait_for(self, recipient: str, *, containing: str = "", seconds: float = 15) -> SentMessage:
        """The newest message to this person that has these words; background work may take a moment."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for message in self.to(recipient):
                if containing in message.text or containing in message.subject:
                    return message
            time.sleep(POLL_SECONDS)
        arrived = [(found.recipients, found.subject or found.text) for found in self.messages()]
        raise AssertionError(
            f"No {self.kind} to {recipient} with {containing!r} arrived. There were: {arrived}"
        )

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """A provider that is down for a while."""
        self.office.refusing = True
        try:
            yield
        finally:
            self.office.refusing = False
