"""Timers are columns: these sweeps find what is due, in bounded batches, until nothing is left.

Rows that somebody else holds are skipped: whoever holds them does the same work.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone

from departments.models import Department
from tickets.actions.change import Change, lock_free_ones
from tickets.actions.clocks import breach_what_is_due
from tickets.actions.draining import drain_queue
from tickets.actions.lifecycle import close_unanswered
from tickets.models import Clock, Ticket
from tickets.querysets import TicketQuerySet

logger = logging.getLogger(__name__)

BATCH = 200


def expire_due_tickets(*, acting_user: None) -> int:
    """Mark every clock that ran out, dated at its due time. Returns how many tickets were touched."""
    now = timezone.now()

    def due(left_alone: Sequence[uuid.UUID]) -> list[uuid.UUID]:
        clocks = Clock.objects.due_by(now).exclude(ticket_id__in=left_alone)
        return list(clocks.values_list("ticket_id", flat=True)[:BATCH])

    def expire(ticket: Ticket) -> None:
        breach_what_is_due(Change(ticket, acting_user=acting_user, at=now))

    return _sweep(due, expire, still_due=Ticket.objects.all())


def close_unanswered_tickets(*, acting_user: None) -> int:
    """Close what waited long enough for its reporter. Returns how many."""
    now = timezone.now()

    def waiting(left_alone: Sequence[uuid.UUID]) -> list[uuid.UUID]:
        tickets = Ticket.objects.closing_by(now).exclude(pk__in=left_alone).order_by("auto_close_at", "pk")
        return list(tickets.values_list("pk", flat=True)[:BATCH])

    def close(ticket: Ticket) -> None:
        close_unanswered(ticket, acting_user=acting_user)

    return _sweep(waiting, close, still_due=Ticket.objects.closing_by(now))


def drain_all_queues(*, acting_user: None) -> int:
    """Assign what waits, wherever somebody is free. Returns how many."""
    return sum(drain_queue(department, acting_user=acting_user) for department in Department.objects.active())


def _sweep(
    find: Callable[[Sequence[uuid.UUID]], list[uuid.UUID]],
    act: Callable[[Ticket], None],
    *,
    still_due: TicketQuerySet,
) -> int:
    """Find a batch, lock what is free of it and still due, act on each, commit; until a batch is empty.

    What was held by somebody else or could not be done is left to the next run, so that it cannot
    keep the loop going. Returns how many were acted on.
    """
    touched = 0
    left_alone: list[uuid.UUID] = []
    while batch := find(left_alone):
        done = set()
        with transaction.atomic():
            for ticket in lock_free_ones(still_due.filter(pk__in=batch)):
                if _act_alone(act, ticket):
                    done.add(ticket.pk)
        touched += len(done)
        left_alone.extend(key for key in batch if key not in done)
    return touched


def _act_alone(act: Callable[[Ticket], None], ticket: Ticket) -> bool:
    """Whether it worked. One ticket that cannot be dealt with must not stop the sweep for the others."""
    try:
        with transaction.atomic():
            act(ticket)
    except Exception:
        logger.exception("The sweep could not deal with ticket %s.", ticket.reference)
        return False
    return True
