"""Many reports become tickets at once: the same rows as `create_ticket` writes, in a few statements."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import User
from common.bulk import copy_lines, lines_of, mark_saved
from tickets.actions.assignment import overflow_time, override_assignment
from tickets.actions.change import Change
from tickets.actions.clocks import new_clocks
from tickets.actions.custody import first_custodies
from tickets.actions.intake import creation_event
from tickets.actions.status import change_status
from tickets.actions.surroundings import Surroundings
from tickets.enums import EventKind, Source, Status
from tickets.events import one_update
from tickets.models import Clock, Custody, Ticket, TicketAssignee, TicketEvent
from tickets.wakeups import DRAIN, RELAY, wake_after_commit


@dataclass(frozen=True)
class Entry:
    """A ticket that was built and checked, who is to work on it, and how far the work is."""

    ticket: Ticket
    people: Sequence[User] = ()
    lead: User | None = None
    status: Status = Status.OPEN

    @property
    def is_plain(self) -> bool:
        """Whether it can be written together with others: a lead and a status are actions of their own."""
        return self.lead is None and self.status == Status.OPEN


@dataclass(frozen=True)
class Prepared:
    """New tickets with their clocks, people, events and custody, as the database takes them.

    Each row stands beside the key of its ticket, so that some of the tickets can be left out.
    """

    rows: Mapping[type[Model], Sequence[tuple[uuid.UUID, bytes]]]
    departments: Mapping[uuid.UUID, uuid.UUID]


def prepare_many(
    entries: Sequence[Entry], known: Surroundings, *, source: Source, acting_user: Any
) -> Prepared:
    """Build what `write_many` writes. Writes nothing itself."""
    changes: list[Change] = []
    clocks: list[Clock] = []
    events: list[TicketEvent] = []
    for entry in entries:
        change = Change(entry.ticket, acting_user=acting_user, at=entry.ticket.created_at)
        clocks.extend(new_clocks(change, known))
        # What the new ticket shows of its clocks is part of its first version.
        change.changes = {}
        events.append(creation_event(change, source))
        events.extend(_queued(change, known))
        changes.append(change)
    tickets = [change.ticket for change in changes]
    return Prepared(
        # In the order in which they refer to each other.
        rows={
            Ticket: _lines(tickets, "id"),
            Clock: _lines(clocks),
            TicketAssignee: _lines(_assignees(entries)),
            TicketEvent: _lines(events),
            Custody: _lines(first_custodies(changes)),
        },
        departments={ticket.pk: ticket.department_id for ticket in tickets if ticket.department_id},
    )


def _lines(rows: Sequence[Model], ticket: str = "ticket_id") -> list[tuple[uuid.UUID, bytes]]:
    return [(getattr(row, ticket), line) for row, line in zip(rows, lines_of(rows), strict=True)]


def write_many(prepared: Prepared, *, but: Collection[uuid.UUID] = ()) -> None:
    """Write tickets, all `but` those with these keys. Those of departments wait in the queue.

    Nobody is chosen here: the queue is drained after commit, by priority and age.
    """
    with transaction.atomic():
        for model, rows in prepared.rows.items():
            copy_lines(model, [line for key, line in rows if key not in but])
        wake_after_commit(RELAY)
        departments = {place for key, place in prepared.departments.items() if key not in but}
        for department in sorted(map(str, departments)):
            wake_after_commit(DRAIN, department_id=department)


def enter_one(entry: Entry, known: Surroundings, *, source: Source, acting_user: Any) -> Ticket:
    """A ticket with a lead, or one on which work has begun or is done. Raises what the verbs raise."""
    with transaction.atomic(), one_update() as update:
        entry.ticket.created_at = update.at
        write_many(prepare_many([entry], known, source=source, acting_user=acting_user))
        ticket = entry.ticket
        mark_saved(ticket)
        if entry.lead is not None:
            reason = _("Chosen when the ticket was imported.")
            ticket = override_assignment(ticket, assignee=entry.lead, reason=reason, acting_user=None)
        if entry.status != ticket.status:
            ticket = change_status(ticket, status=entry.status, note="", acting_user=None)
        return ticket


def _queued(change: Change, known: Surroundings) -> list[TicketEvent]:
    department = change.ticket.department
    if department is None:
        return []
    leaves_at = known.once(
        ("overflow", department.pk, change.at), lambda: overflow_time(department, change.at)
    )
    change.write(queued_at=change.at, overflow_at=leaves_at)
    return [change.build(EventKind.QUEUED, by_system=True)]


def _assignees(entries: Sequence[Entry]) -> list[TicketAssignee]:
    return [TicketAssignee(ticket=entry.ticket, user=person) for entry in entries for person in entry.people]
