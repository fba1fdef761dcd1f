"""Timers are columns: these sweeps find what is due, in bounded batches, until nothing is left.

Rows that somebody else holds are skipped: whoever holds them does the same work. What many
tickets have in common at once is written in bulk: see `expiry`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils import timezone

from departments.models import Department
from tickets.actions.batches import BATCH, Due, due_rows, sweep
from tickets.actions.change import lock_free_ones
from tickets.actions.draining import drain_queue
from tickets.actions.lifecycle import close_unanswered
from tickets.actions.overflow import overflow_ticket
from tickets.models import Ticket


def close_unanswered_tickets(*, acting_user: None) -> int:
    """Close what waited long enough for its reporter. Returns how many."""
    now = timezone.now()
    waiting = Ticket.objects.closing_by(now)

    def due(last: Due | None) -> list[Due]:
        tickets = waiting if last is None else waiting.closing_behind(*last[:2])
        return due_rows(tickets.values_list("auto_close_at", "pk", "pk")[:BATCH])

    def close(ticket_ids: Sequence[uuid.UUID]) -> int:
        tickets = lock_free_ones(waiting.filter(pk__in=ticket_ids))
        return len([close_unanswered(ticket, acting_user=acting_user) for ticket in tickets])

    return sweep(due, close)


def overflow_waiting_tickets(*, acting_user: None) -> int:
    """Move on what waited too long for a free agent, or tell the admins. Returns how many."""
    now = timezone.now()
    waiting = Ticket.objects.overflowing_by(now)

    def due(last: Due | None) -> list[Due]:
        tickets = waiting if last is None else waiting.overflowing_behind(*last[:2])
        return due_rows(tickets.values_list("overflow_at", "pk", "pk")[:BATCH])

    def overflow(ticket_ids: Sequence[uuid.UUID]) -> int:
        tickets = lock_free_ones(waiting.filter(pk__in=ticket_ids))
        return len([overflow_ticket(ticket, acting_user=acting_user) for ticket in tickets])

    return sweep(due, overflow)


def drain_all_queues(*, acting_user: None) -> int:
    """Assign what waits, wherever somebody is free. Returns how many.

    Run every minute, it is also what gives out work when a shift begins or leave ends.
    """
    return sum(drain_queue(department, acting_user=acting_user) for department in Department.objects.active())
