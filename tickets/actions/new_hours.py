"""New working hours that are for open promises too: their clocks go on by the version in force."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils import timezone

from departments.models import Calendar
from tickets.actions.batches import BATCH, Due, sweep
from tickets.actions.change import Change, lock_free_ones
from tickets.actions.clocks import breach_what_is_due, follow_new_hours
from tickets.enums import EventKind
from tickets.models import Clock, Ticket


def follow_calendars(*, acting_user: None) -> int:
    """Move every open clock whose calendar was replaced for open promises too. Returns how many tickets.

    What ran out before is a breach by the old hours, and what was used up stays used up.
    """

    def due(last: Due | None) -> list[Due]:
        clocks = Clock.objects.to_follow()
        if last is not None:
            clocks = clocks.started_behind(*last[:2])
        return list(clocks.oldest_first().values_list("started_at", "pk", "ticket_id")[:BATCH])

    def follow(ticket_ids: Sequence[uuid.UUID]) -> int:
        tickets = lock_free_ones(Ticket.objects.filter(pk__in=ticket_ids))
        return sum(_follow(ticket, acting_user) for ticket in tickets)

    return sweep(due, follow)


def _follow(ticket: Ticket, acting_user: None) -> int:
    change = Change(ticket, acting_user=acting_user, at=timezone.now())
    breach_what_is_due(change)
    calendars = follow_new_hours(change)
    if not calendars:
        return 0
    change.record(EventKind.HOURS_CHANGED, data={"to": ", ".join(map(_named, calendars))})
    return 1


def _named(calendar: Calendar) -> str:
    return f"{calendar.name} (v{calendar.version})"
