"""Changes of many locked tickets, written together: the same rows and events as one by one."""

from __future__ import annotations

from typing import Unpack

from tickets.actions.change import Change, Facts
from tickets.actions.custody import hand_over_many
from tickets.enums import EventKind
from tickets.events import write_events
from tickets.models import Ticket, TicketEvent

_BATCH = 500


class ManyChanges:
    """Collects what is recorded about several tickets until `write` writes it all."""

    def __init__(self) -> None:
        self._changes: dict[Change, set[str]] = {}
        self._events: list[TicketEvent] = []

    def record(self, change: Change, kind: EventKind, **facts: Unpack[Facts]) -> None:
        """As `Change.record`, but nothing is in the database before `write`."""
        self._events.append(change.build(kind, **facts))
        self._changes.setdefault(change, set()).update(change.changes)
        change.changes = {}

    def write(self) -> None:
        """Write tickets, events and custody. In the caller's transaction, which holds the tickets."""
        changes = list(self._changes)
        written = set().union(*self._changes.values(), {"version", "updated_at"})
        tickets = [change.ticket for change in changes]
        Ticket.objects.bulk_update(tickets, sorted(written), batch_size=_BATCH)
        write_events(self._events)
        hand_over_many(changes)
        self._changes, self._events = {}, []
