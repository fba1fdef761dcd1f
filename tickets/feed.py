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
from django.db.models import Max, Q
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from accounts.enums import Capability
from accounts.permissions import is_operator, organisations_where
from departments.permissions import departments_of
from tickets.enums import Visibility
from tickets.event_querysets import TicketEventQuerySet
from tickets.live import Wanted
from tickets.models import TicketEvent
from tickets.signals import ticket_event_published

logger = logging.getLogger(__name__)

_LOCK = 0x4C6F6B69  # "Loki": the number only has to be ours alone.
_BATCH = 500
FEED_CHANNEL = "lokisa:feed"


def relay_events() -> int:
    """Stamp and tell every committed event that was not yet. Returns how many were told."""
    while stamped := stamp_positions():
        # Live readers first: they wait, and receivers only enqueue.
        _announce(latest_position())
        if stamped < _BATCH:
            break
    return tell_receivers()


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
    """Send the signal for every stamped event that was not told yet, in batches. Returns how many.

    A crash half-way leaves a batch untold, so it is told again: delivery is at least once. An event
    that a receiver refuses stays untold until the next run, and holds up none behind it.
    """
    told, position = 0, 0
    while events := _tell_batch(after=position):
        told += sum(event.relayed_at is not None for event in events)
        position = events[-1].position or 0
    return told


def _tell_batch(*, after: int) -> list[TicketEvent]:
    """The next untold events behind a position; those that everybody took carry `relayed_at` now."""
    with transaction.atomic():
        waiting = TicketEvent.objects.unrelayed().after(after)
        events = list(waiting.select_for_update(skip_locked=True)[:_BATCH])
        for event in events:
            event.relayed_at = timezone.now() if _tell(event) else None
        told = [event.pk for event in events if event.relayed_at is not None]
        TicketEvent.objects.filter(pk__in=told).update(relayed_at=timezone.now())
    return events


def _tell(event: TicketEvent) -> bool:
    answers = ticket_event_published.send_robust(
        sender=TicketEvent,
        event_id=event.pk,
        kind=event.kind,
        organisation_id=event.organisation_id,
        data=event.data,
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


def wanted_events(events: TicketEventQuerySet, wanted: Wanted) -> TicketEventQuerySet:
    """What a reader of the feed asks for. The same answer as `Wanted.includes`."""
    columns = {
        "organisation_id": wanted.organisation_id,
        "ticket_id": wanted.ticket_id,
        "ticket__project_id": wanted.project_id,
        "kind__in": None if wanted.kinds is None else sorted(wanted.kinds),
    }
    chosen = events.filter(**{name: value for name, value in columns.items() if value is not None})
    if wanted.department_id is None:
        return chosen
    gave_it_away = Q(changes__department__0=str(wanted.department_id))
    return chosen.filter(Q(department_id=wanted.department_id) | gave_it_away)


def readable_events(user: Any, wanted: Wanted) -> TicketEventQuerySet:
    """The published events that the person asks for and may read, with what `feed_item` reads.

    The same answer as `live.may_see_event`.
    """
    published = TicketEvent.objects.filter(position__isnull=False)
    events = wanted_events(published.exclude(visibility=Visibility.CONCERNED), wanted)
    if not is_operator(user):
        events = events.filter(_readable(user))
    return events.select_related("ticket").only(
        "position", "kind", "ticket_version", "changes", "occurred_at", "ticket__reference"
    )


def _readable(user: Any) -> Q:
    shown = Q(visibility=Visibility.PUBLIC, ticket__is_public=True)
    if user is None or not user.is_authenticated:
        return shown
    told = [Visibility.PUBLIC, Visibility.PARTICIPANTS]
    shown |= Q(ticket__reporter_id=user.pk, visibility__in=told)
    shown |= Q(organisation_id__in=organisations_where(user, Capability.VIEW_ALL_TICKETS))
    reached = Q(ticket__department_id__in=list(departments_of(user)))
    reached |= Q(ticket__department_id__isnull=True) | Q(ticket__assignee_id=user.pk)
    return shown | (
        Q(organisation_id__in=organisations_where(user, Capability.VIEW_DEPARTMENT_TICKETS)) & reached
    )
