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
from tickets.actions.verification import remind_of_proof
from tickets.models import Ticket, Verification


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


def remind_of_proofs(*, acting_user: None) -> int:
    """Ask again, once, whether a fix is real. Returns how many were asked."""
    now = timezone.now()
    waiting = Verification.objects.reminding_by(now)

    def due(last: Due | None) -> list[Due]:
        asked = waiting if last is None else waiting.reminding_behind(*last[:2])
        return due_rows(asked.values_list("remind_at", "pk", "ticket_id")[:BATCH])

    def remind(ticket_ids: Sequence[uuid.UUID]) -> int:
        tickets = lock_free_ones(Ticket.objects.filter(pk__in=ticket_ids))
        return sum(remind_of_proof(ticket, acting_user=acting_user, now=now) for ticket in tickets)

    return sweep(due, remind)


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
