"""A warning before a promise runs out, once for each target."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import pgbulk
from django.utils import timezone

from tickets.actions.batches import BATCH, Batch, Due, due_rows, lock_rows, sweep
from tickets.enums import EventKind, Visibility
from tickets.models import Clock, Ticket


def warn_expiring_tickets(*, acting_user: None, batch: int = BATCH) -> int:
    """Say of every clock that has used up most of its target that it will run out.

    Returns how many tickets were touched.
    """
    now = timezone.now()

    def expiring(last: Due | None) -> list[Due]:
        clocks = Clock.objects.expiring_at(now)
        if last is not None:
            clocks = clocks.warning_behind(*last[:2])
        return due_rows(clocks.values_list("warn_at", "pk", "ticket_id")[:batch])

    def warn(ticket_ids: Sequence[uuid.UUID]) -> int:
        return _warn(ticket_ids, acting_user=acting_user, at=now)

    return sweep(expiring, warn)


def _warn(ticket_ids: Sequence[uuid.UUID], *, acting_user: None, at: datetime) -> int:
    tickets = {ticket.pk: ticket for ticket in lock_rows(Ticket.objects.filter(pk__in=ticket_ids))}
    clocks = list(Clock.objects.expiring_at(at).filter(ticket_id__in=tickets))
    batch = Batch(acting_user=acting_user, at=at)
    for clock in clocks:
        clock.warned_at = at
        batch.change(tickets[clock.ticket_id]).record(
            EventKind.EXPIRING,
            by_system=True,
            visibility=Visibility.STAFF,
            data={"promise": clock.promise, "due_at": clock.due_at},
        )
    pgbulk.update(Clock, clocks, ["warned_at"])
    batch.save()
    return len(batch.tickets)
