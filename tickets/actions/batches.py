"""Changing many tickets at once: found by a timer's column, locked, written together."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Unpack

import pgbulk
from django.db import transaction

from tickets.actions.change import Change, Facts
from tickets.enums import EventKind
from tickets.events import write_events
from tickets.models import Ticket, TicketEvent
from tickets.querysets import TicketQuerySet

logger = logging.getLogger(__name__)

BATCH = 500
_COLUMNS = (
    "organisation",
    "status",
    "department",
    "stage",
    "assignee",
    "version",
    "created_at",
    "updated_at",
    "due_at",
    "expired_at",
    "escalate_at",
    "escalation_level",
)

# A row whose time has come: when that was, its key, and its ticket's key.
Due = tuple[datetime, uuid.UUID, uuid.UUID]


def due_rows(rows: Iterable[tuple[datetime | None, uuid.UUID, uuid.UUID]]) -> list[Due]:
    """Rows found by their time, which therefore have one."""
    return [(at, key, ticket_id) for at, key, ticket_id in rows if at is not None]


def sweep(find: Callable[[Due | None], Sequence[Due]], act: Callable[[Sequence[uuid.UUID]], int]) -> int:
    """Walk through what is due, oldest first, until nothing is left. Returns how many were acted on.

    `find` gives the batch behind a row, `act` deals with the tickets of a batch that nobody else
    holds, in a transaction of its own. What was held or failed is left to the next run: the walk
    only goes forward, so nothing can keep it going.
    """
    touched = 0
    last: Due | None = None
    while batch := find(last):
        # A ticket can be due for two reasons.
        touched += _together_or_alone(list(dict.fromkeys(row[2] for row in batch)), act)
        last = batch[-1]
    return touched


def _together_or_alone(ticket_ids: Sequence[uuid.UUID], act: Callable[[Sequence[uuid.UUID]], int]) -> int:
    """One ticket that cannot be dealt with must not stop the sweep for the others."""
    try:
        with transaction.atomic():
            return act(ticket_ids)
    except Exception:
        if len(ticket_ids) == 1:
            logger.exception("The sweep could not deal with ticket %s.", ticket_ids[0])
            return 0
    return sum(_together_or_alone([ticket_id], act) for ticket_id in ticket_ids)


def lock_rows(tickets: TicketQuerySet, *columns: str) -> list[Ticket]:
    """Those of the tickets that nobody else holds, locked, with what a sweep reads of each."""
    free = tickets.order_by("pk").select_for_update(skip_locked=True)
    return list(free.only(*_COLUMNS, *columns))


class Batch:
    """Changes of many locked tickets that are written together.

    They raise versions and record events as one by one; `save` writes all of it at once.
    """

    def __init__(self, *, acting_user: Any, at: datetime) -> None:
        self.acting_user = acting_user
        self.at = at
        self.tickets: dict[uuid.UUID, Ticket] = {}
        self.fields = {"version", "updated_at"}
        self.events: list[TicketEvent] = []

    def change(self, ticket: Ticket) -> Change:
        return _BatchedChange(ticket, self)

    def save(self) -> None:
        """Write tickets and events, in the transaction in which `lock_rows` locked the tickets."""
        pgbulk.update(Ticket, self.tickets.values(), sorted(self.fields))
        write_events(self.events)


class _BatchedChange(Change):
    def __init__(self, ticket: Ticket, batch: Batch) -> None:
        super().__init__(ticket, acting_user=batch.acting_user, at=batch.at)
        self.batch = batch

    def record(self, kind: EventKind, **facts: Unpack[Facts]) -> TicketEvent:
        event = self.build(kind, **facts)
        self.batch.tickets[self.ticket.pk] = self.ticket
        self.batch.fields.update(self.changes, self.timers)
        self.batch.events.append(event)
        self.changes = {}
        return event
