"""Sending: claim a message, see whether it is still of use, hand it over, record what came of it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import Error as DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.actions.attempts import begin_attempt, end_attempt
from notifications.actions.circuits import Breaker
from notifications.actions.putting_off import is_put_off
from notifications.actions.sms_limits import NoSmsLeft, give_back, take_parts
from notifications.bundles import bundle_of
from notifications.channels import (
    CHANNELS,
    MessageChannel,
    NotToBeSent,
    ProviderDown,
    Refused,
    TryAgain,
)
from notifications.enums import AttemptOutcome, Channel, Hold, NotificationState
from notifications.inbound.stopped import refuse_stopped, stopped_among
from notifications.models import Attempt, Notification
from notifications.relevance import is_there, still_told
from notifications.rendering import Message, TemplatesInUse, write_message
from notifications.retry import delay_after, most_attempts

logger = logging.getLogger(__name__)

# So many keys are read at once, and so many messages with all that they are written from.
BATCH, AT_ONCE = 100, 20

S, A = NotificationState, AttemptOutcome


@dataclass
class Line:
    """One channel during one batch, with what is asked once for several messages."""

    channel: MessageChannel
    breaker: Breaker
    templates: TemplatesInUse = field(default_factory=TemplatesInUse)
    # Of those who are read now, the addresses that are told nothing more.
    stopped: set[str] = field(default_factory=set)


def deliver(notification_id: uuid.UUID) -> str:
    """Send one message if it is due and nobody else is at it. Returns its state afterwards, "" for none.

    A crash between sending and recording can repeat one message, and only then.
    """
    return next(iter(deliver_all([notification_id]).values()), "")


def deliver_all(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The same for many, over one connection for each channel. Returns the states of those tried."""
    now = timezone.now()
    due = dict(Notification.objects.due_by(now).with_keys(keys).order_by().values_list("pk", "channel"))
    states: dict[uuid.UUID, str] = {}
    for channel in Channel:
        wanted = [key for key in keys if due.get(key) == channel]
        if wanted:
            states |= _deliver_by(channel, wanted)
    return states


def deliver_due() -> int:
    """Send what waits and nobody is at, in batches until nothing is left. Returns how many were accepted."""
    return sum(_drain(channel) for channel in Channel)


def _drain(channel: Channel) -> int:
    """Everything of one channel, until nothing is left or its provider takes no more for now."""
    sent = 0
    while keys := _due_keys(channel):
        states = _deliver_by(channel, keys)
        sent += sum(state == S.ACCEPTED for state in states.values())
        if not states and _due_keys(channel) == keys:
            return sent
    Breaker(channel).nothing_waits()
    return sent


def _due_keys(channel: Channel) -> list[uuid.UUID]:
    due = Notification.objects.due_by(timezone.now()).by_channel(channel)
    return list(due.values_list("pk", flat=True)[:BATCH])


def _deliver_by(channel: Channel, keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Those of one channel, as long as its circuit lets messages through."""
    breaker, states = Breaker(channel), {}
    with CHANNELS[channel].session() as open_channel:
        line = Line(open_channel, breaker)
        waiting = _read(keys, line)
        while notification := next(waiting, None):
            if is_put_off(notification):
                continue
            if not breaker.lets_through():
                break
            attempt = begin_attempt(notification)
            if attempt is not None:
                states[notification.pk] = _try(attempt, line)
            breaker.unused()
    return states


def _read(keys: Sequence[uuid.UUID], line: Line) -> Iterator[Notification]:
    """A few at a time: as things are shortly before a message goes, and never many in memory."""
    left = iter(keys)
    while some := list(islice(left, AT_ONCE)):
        found = list(Notification.objects.for_sending().due_by(timezone.now()).with_keys(some))
        line.stopped = stopped_among(found[0].channel, [one.address for one in found]) if found else set()
        yield from found


def _try(attempt: Attempt, line: Line) -> str:
    notification = attempt.notification
    if notification.failures > most_attempts(notification.channel):
        return _give_up(attempt, A.SKIPPED, notification.last_error or _("Given up."))
    bundle = bundle_of(notification)
    if not (is_there(notification) and still_told(bundle)):
        return end_attempt(attempt, A.SKIPPED, S.SUPPRESSED)
    try:
        message = write_message(bundle, line.templates)
    except DatabaseError:
        raise
    except Exception as error:
        return _hold_for_template(attempt, error)
    if message is None:
        return end_attempt(attempt, A.SKIPPED, S.SUPPRESSED)
    return _send(attempt, message, line)


def _hold_for_template(attempt: Attempt, error: Exception) -> str:
    """It waits until somebody has put the words right; nobody else's message is touched by it."""
    notification = attempt.notification
    logger.error("Notification %s could not be written.", notification.pk, exc_info=error)
    words = f"{type(error).__name__}: {error}"
    delay = delay_after(notification.channel, notification.failures)
    if delay is None:
        return _give_up(attempt, A.HELD, words)
    release_at = timezone.now() + delay
    return end_attempt(attempt, A.HELD, S.HELD, words=words, next_attempt_at=release_at, hold=Hold.TEMPLATE)


def _send(attempt: Attempt, message: Message, line: Line) -> str:
    """Hand it over, unless a limit or a STOP keeps it back. What was not taken counts towards no limit."""
    notification = attempt.notification
    try:
        if notification.address in line.stopped:
            refuse_stopped(notification.channel, notification.address)
        parts = take_parts(notification, message)
    except (NoSmsLeft, NotToBeSent) as reason:
        return end_attempt(attempt, A.SKIPPED, S.SUPPRESSED, words=str(reason))
    state = _hand_over(attempt, message, line)
    if state != S.ACCEPTED:
        give_back(notification, parts)
    return state


def _hand_over(attempt: Attempt, message: Message, line: Line) -> str:
    notification, breaker = attempt.notification, line.breaker
    try:
        reference = line.channel.send(notification, message)
    except NotToBeSent as refusal:
        return end_attempt(attempt, A.SKIPPED, S.SUPPRESSED, words=str(refusal))
    except Refused as refusal:
        state = _give_up(attempt, A.REFUSED, str(refusal))
    except ProviderDown as failure:
        state = _retry(attempt, str(failure), is_probe=breaker.is_probe)
        breaker.failed(str(failure))
        return state
    except TryAgain as failure:
        state = _retry(attempt, str(failure))
    except DatabaseError:
        raise
    except Exception as error:
        # Whatever is wrong with this message, the others do not wait for it.
        logger.exception("Notification %s could not be handed over.", notification.pk)
        return _retry(attempt, f"{type(error).__name__}: {error}")
    else:
        state = end_attempt(attempt, A.ACCEPTED, S.ACCEPTED, reference=reference)
    breaker.answered()
    return state


def _retry(attempt: Attempt, words: str, *, is_probe: bool = False) -> str:
    """Later again. A probe costs the message itself nothing; the next one is another message."""
    notification = attempt.notification
    if is_probe:
        notification.failures -= 1
    delay = delay_after(notification.channel, max(notification.failures, 1))
    if delay is None:
        return _give_up(attempt, A.LATER, words)
    logger.warning("Notification %s was not accepted; trying again in %s.", notification.pk, delay)
    next_attempt_at = timezone.now() + delay
    return end_attempt(
        attempt,
        A.LATER,
        S.QUEUED,
        words=words,
        next_attempt_at=next_attempt_at,
        failures=notification.failures,
    )


def _give_up(attempt: Attempt, outcome: AttemptOutcome, words: str) -> str:
    logger.error("Notification %s failed for good.", attempt.notification_id)
    return end_attempt(attempt, outcome, S.FAILED, words=words)
