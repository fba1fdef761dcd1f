"""The relay and the feed: committed events get a position, are told once, and can be read again.

Positions follow commit order: only the holder of one advisory lock gives them out, and it sees
only what is committed. So a reader that asks for "after N" never misses a late commit.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from tickets.models import TicketEvent
from tickets.signals import ticket_event_published

logger = logging.getLogger(__name__)

_LOCK = 0x4C6F6B69  # "Loki": the number only has to be ours alone.
_BATCH = 500
FEED_CHANNEL = "lokisa:feed"


def relay_events() -> int:
    """Stamp and tell every committed event that was not yet. Returns how many were told."""
    told = 0
    while stamp_positions() == _BATCH:
        pass
    while batch := tell_receivers():
        told += batch
    return told


def stamp_positions() -> int:
    """Give the next positions to a batch of committed events. Returns how many got one."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        events = list(TicketEvent.objects.unstamped().order_by("pk").only("pk", "position")[:_BATCH])
        last = latest_position()
        for place, event in enumerate(events, start=1):
            event.position = last + place
        TicketEvent.objects.bulk_update(events, ["position"])
    return len(events)


def tell_receivers() -> int:
    """Send the signal for a batch of stamped events and remember it. Returns how many.

    A crash half-way leaves them untold, so they are told again: delivery is at least once.
    """
    with transaction.atomic():
        waiting = TicketEvent.objects.unrelayed().order_by("position")
        events = list(waiting.select_for_update(skip_locked=True)[:_BATCH])
        told = [event.pk for event in events if _tell(event)]
        TicketEvent.objects.filter(pk__in=told).update(relayed_at=timezone.now())
    if told:
        _announce(events[-1].position or 0)
    return len(told)


def _tell(event: TicketEvent) -> bool:
    answers = ticket_event_published.send_robust(
        sender=TicketEvent, event_id=event.pk, kind=event.kind, organisation_id=event.organisation_id
    )
    failed = [answer for _receiver, answer in answers if isinstance(answer, Exception)]
    for error in failed:
        logger.error("A receiver of event %s failed; it will be told again.", event.pk, exc_info=error)
    return not failed


def _announce(position: int) -> None:
    """Tell live readers that there is something to read. Losing this only delays them."""
    try:
        _valkey(settings.REDIS_URL).publish(FEED_CHANNEL, position)
    except (RedisError, OSError) as error:
        logger.warning("Could not announce feed position %s: %s", position, error)


@lru_cache(maxsize=2)
def _valkey(url: str) -> Redis:
    return Redis.from_url(url)


def latest_position() -> int:
    """The last position given out; 0 before the first event."""
    return TicketEvent.objects.aggregate(last=Max("position"))["last"] or 0


def feed_item(event: TicketEvent) -> dict[str, Any]:
    """One event as the live feed shows it. Reads the ticket's reference: select it beforehand."""
    return {
        "ticket": str(event.ticket_id),
        "reference": event.ticket.reference,
        "version": event.ticket_version,
        "kind": event.kind,
        "status_changed": event.changes_status,
        "changed": sorted(event.changes),
        "at": event.occurred_at.isoformat(),
    }
