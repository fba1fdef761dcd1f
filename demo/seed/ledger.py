"""Takes finished stories and writes them: tickets in batches, events in the order in which they happened."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from common.references import make_reference
from demo.seed.promises import DemoClock
from demo.seed.rows import Row, copy_rows
from demo.seed.tale import Tale
from tickets.feed import latest_position
from tickets.models import Clock, Custody, Message, Support, Ticket, TicketEvent, Verification


class Ledger:
    """Keeps events back until no earlier one can come any more, so that feed positions follow time.

    Every event is written as told already: nobody is notified about the demo's past.
    """

    def __init__(self) -> None:
        self.position = latest_position()
        self._waiting: list[tuple[datetime, int, Row]] = []
        self._order = 0

    def references(self, prefix: str, count: int) -> list[str]:
        """The next references of an organisation."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('tickets_reference_number') FROM generate_series(1, %s)", [count])
            return [make_reference(prefix, number) for (number,) in cursor.fetchall()]

    def write(self, tales: list[Tale], *, until: datetime) -> None:
        """Write these tickets; of all events those before `until`, for no later story starts earlier."""
        copy_rows(Ticket, (tale.ticket for tale in tales))
        copy_rows(Clock, (_clock_row(tale, clock) for tale in tales for clock in tale.clocks))
        copy_rows(Custody, (row for tale in tales for row in tale.custodies))
        copy_rows(Message, (row for tale in tales for row in tale.messages))
        copy_rows(Support, (row for tale in tales for row in tale.supports))
        copy_rows(Verification, (row for tale in tales for row in tale.verifications))
        for tale in tales:
            for event in tale.events:
                self._order += 1
                heapq.heappush(self._waiting, (event["occurred_at"], self._order, event))
        copy_rows(TicketEvent, self._ripe(until))

    def close(self, now: datetime) -> None:
        """Write the events that were kept back."""
        copy_rows(TicketEvent, self._ripe(now))

    def _ripe(self, until: datetime) -> Iterable[Row]:
        while self._waiting and self._waiting[0][0] <= until:
            _at, _order, event = heapq.heappop(self._waiting)
            self.position += 1
            event["position"] = self.position
            event["relayed_at"] = event["occurred_at"]
            yield event


def _clock_row(tale: Tale, clock: DemoClock) -> Row:
    return {
        "id": clock.id,
        "ticket_id": tale.ticket["id"],
        "promise": clock.promise,
        "state": clock.state,
        "standard_id": clock.standard_id,
        "calendar_id": clock.calendar_id,
        "target_seconds": clock.target_seconds,
        "elapsed_seconds": clock.elapsed_seconds,
        "started_at": clock.started_at,
        "running_since": clock.running_since,
        "paused_at": clock.paused_at,
        "due_at": clock.due_at,
        "warn_at": clock.warn_at,
        "warned_at": clock.warned_at,
        "stopped_at": clock.stopped_at,
        "breached_at": clock.breached_at,
    }
