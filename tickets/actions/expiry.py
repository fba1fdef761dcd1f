"""Promises that ran out, found by the sweep and written in bulk.

What is written is what `clocks.run_out` writes, whoever notices it first.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import pgbulk
from django.utils import timezone

from departments.queries import Ladders
from tickets.actions.batches import BATCH, Batch, Due, due_rows, lock_rows, sweep
from tickets.actions.clocks import RUN_OUT_FIELDS, run_out
from tickets.models import Clock, Ticket


def expire_due_tickets(*, acting_user: None, batch: int = BATCH) -> int:
    """Mark every clock that ran out, dated at its due time. Returns how many tickets were touched."""
    now = timezone.now()

    def due(last: Due | None) -> list[Due]:
        clocks = Clock.objects.due_by(now)
        if last is not None:
            clocks = clocks.due_behind(*last[:2])
        return due_rows(clocks.values_list("due_at", "pk", "ticket_id")[:batch])

    def expire(ticket_ids: Sequence[uuid.UUID]) -> int:
        return _expire(ticket_ids, acting_user=acting_user, at=now)

    return sweep(due, expire)


def _expire(ticket_ids: Sequence[uuid.UUID], *, acting_user: None, at: datetime) -> int:
    """Lock what is free of these tickets and look again: somebody may have been quicker."""
    tickets = {ticket.pk: ticket for ticket in lock_rows(Ticket.objects.filter(pk__in=ticket_ids))}
    clocks = list(Clock.objects.due_by(at).filter(ticket_id__in=tickets).select_related("calendar"))
    batch, ladders = Batch(acting_user=acting_user, at=at), Ladders()
    for clock in clocks:
        run_out(batch.change(tickets[clock.ticket_id]), clock, ladders)
    pgbulk.update(Clock, clocks, RUN_OUT_FIELDS)
    batch.save()
    return len(batch.tickets)
