"""Taking in one message: once, however often it is told, and all of it or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from common.redaction import HIDDEN
from common.text import is_showable
from notifications.enums import Channel
from notifications.inbound.enums import Became, Ignored
from notifications.inbound.models import LONGEST_ANSWER, LONGEST_TEXT, InboundMessage
from notifications.inbound.queries import hide_codes_of
from notifications.scrubbing import hide_codes
from tickets.models import Ticket
from tickets.workflow import MAX_NOTE

# More from one sender in an hour is a program, or somebody who must not have our attention.
MOST_AN_HOUR = 60
MOST_MAILS_AN_HOUR = 20
HELP_EVERY = timedelta(days=1)


@dataclass(frozen=True)
class Received:
    """What a provider hands over. `text` is what the sender wrote, as it came."""

    channel: str
    provider_id: str
    sender: str
    sent_to: str = ""
    text: str = ""
    organisation_id: uuid.UUID | None = None


def take_in(received: Received, act: Callable[[InboundMessage], None]) -> InboundMessage:
    """Record the message and do what it asks for, in one transaction. Returns it with what became of it.

    A message that was taken in before is left as it is, and so is one that another process is at: its row
    is waited for. When something breaks nothing is recorded, and the provider tells it again.
    """
    with transaction.atomic():
        message = _claim(received)
        if message is None:
            return InboundMessage.objects.taken(received.channel, received.provider_id).get()
        if _writes_too_often(message):
            ignore(message, Ignored.TOO_MANY)
        else:
            act(message)
        message.save()
        return message


def _claim(received: Received) -> InboundMessage | None:
    message = InboundMessage(
        channel=received.channel,
        provider_id=received.provider_id[:255],
        sender=received.sender[:254],
        sent_to=received.sent_to[:254],
        text=kept_words(received.text),
        organisation_id=received.organisation_id,
    )
    InboundMessage.objects.bulk_create([message], ignore_conflicts=True)
    return message if InboundMessage.objects.filter(pk=message.pk).exists() else None


def _writes_too_often(message: InboundMessage) -> bool:
    lately = _earlier(message).since(timezone.now() - timedelta(hours=1))
    most = MOST_MAILS_AN_HOUR if message.channel == Channel.EMAIL else MOST_AN_HOUR
    return bool(lately.count() >= most)


def _earlier(message: InboundMessage) -> Any:
    return InboundMessage.objects.from_sender(message.channel, message.sender).before(message)


def kept_words(text: str) -> str:
    """What the log keeps: what can be shown, without codes, and not more than fits."""
    return hide_codes(showable(text))[:LONGEST_TEXT]


def showable(text: str) -> str:
    """Without the control characters that no action takes, and without space around it."""
    return "".join(character for character in text if is_showable(character)).strip()


def words_for_ticket(text: str, ticket: Ticket) -> str:
    """What is said on the ticket: as written, but for its code, and cut where a message ends."""
    return hide_codes_of(ticket, showable(text), instead=HIDDEN)[:MAX_NOTE]


def became(message: InboundMessage, outcome: Became, *, ticket: Ticket | None = None) -> None:
    message.became, message.ignored_because = outcome, ""
    about(message, ticket)


def ignore(message: InboundMessage, why: Ignored, *, ticket: Ticket | None = None) -> None:
    message.became, message.ignored_because = Became.IGNORED, why
    about(message, ticket)


def about(message: InboundMessage, ticket: Ticket | None) -> None:
    if ticket is not None:
        message.ticket, message.organisation_id = ticket, ticket.organisation_id


def answer(message: InboundMessage, words: str) -> None:
    """What the sender is told in return, once, however often the message is told."""
    message.answer = words[:LONGEST_ANSWER]
    if message.channel != Channel.EMAIL:
        # With the answer to the provider's own request.
        message.answered_at = timezone.now()


def may_be_helped(message: InboundMessage) -> bool:
    """Whether the sender was not told lately what can be written here: two machines would go on for ever."""
    lately = _earlier(message).since(timezone.now() - HELP_EVERY)
    return not lately.answered().that_became(Became.HELP_TOLD, Became.IGNORED).exists()


def answers_in_the_last_hour(message: InboundMessage, outcome: Became) -> int:
    lately = _earlier(message).since(timezone.now() - timedelta(hours=1))
    return int(lately.that_became(outcome).count())


def last_before(message: InboundMessage, *, within: timedelta) -> InboundMessage | None:
    """What the same sender sent before this."""
    earlier: InboundMessage | None = (
        _earlier(message).since(timezone.now() - within).select_related("ticket").newest_first().first()
    )
    return earlier
