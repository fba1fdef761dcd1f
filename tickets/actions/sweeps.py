"""Timers are columns: these sweeps find what is due, in bounded batches, until nothing is left.

Rows that somebody else holds are skipped: whoever holds them does the same work.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone

from departments.models import Department
from tickets.actions.assignment import drain_queue
from tickets.actions.change import Change
from tickets.actions.clocks import breach_what_is_due
from tickets.actions.lifecycle import close_unanswered
from tickets.models import Clock, Ticket

BATCH = 200


def expire_due_tickets(*, acting_user: None) -> int:
    """Mark every clock that ran out, dated at its due time. Returns how many tickets were touched."""
    now = timezone.now()

    def due(seen: Sequence[uuid.UUID]) -> list[uuid.UUID]:
        clocks = Clock.objects.due_by(now).exclude(ticket_id__in=seen)
        return list(clocks.values_list("ticket_id", flat=True)[:BATCH])

    def expire(ticket: Ticket) -> None:
        breach_what_is_due(Change(ticket, acting_user=acting_user, at=now))

    return _sweep(due, expire)


def close_unanswered_tickets(*, acting_user: None) -> int:
    """Close what waited long enough for its reporter. Returns how many."""
    now = timezone.now()

    def waiting(seen: Sequence[uuid.UUID]) -> list[uuid.UUID]:
        tickets = Ticket.objects.closing_by(now).exclude(pk__in=seen).order_by("auto_close_at", "pk")
        return list(tickets.values_list("pk", flat=True)[:BATCH])

    def close(ticket: Ticket) -> None:
        close_unanswered(ticket, acting_user=acting_user)

    return _sweep(waiting, close)


def drain_all_queues(*, acting_user: None) -> int:
    """Assign what waits, wherever somebody is free. Returns how many."""
    return sum(drain_queue(department, acting_user=acting_user) for department in Department.objects.active())


def _sweep(find: Callable[[Sequence[uuid.UUID]], list[uuid.UUID]], act: Callable[[Ticket], None]) -> int:
    """Find a batch, lock what is free of it, act on each, commit; until a batch is empty.

    What was seen once is not asked for again in the same run, so that a row held by somebody else
    cannot keep the loop going.
    """
    touched = 0
    seen: list[uuid.UUID] = []
    while batch := find(seen):
        seen.extend(batch)
        with transaction.atomic():
            free = Ticket.objects.for_change().filter(pk__in=batch).order_by("pk")
            for ticket in free.select_for_update(skip_locked=True, of=("self",)):
                act(ticket)
                touched += 1
    return touched
