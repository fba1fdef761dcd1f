"""Open clocks beside what their history says: read in batches, compared, the differences told."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from departments.models import Calendar
from departments.working_time import WorkingCalendar
from tickets.clock_history import TELLING, ToldClock, replay
from tickets.enums import ClockState, Promise
from tickets.models import Clock, Ticket, TicketEvent

BATCH = 500
# The sweep may be this late before a promise that ran out counts as overlooked.
_SWEEP_IS_LATE = timedelta(minutes=15)
_COLUMNS = (
    "state",
    "target_seconds",
    "calendar_id",
    "elapsed_seconds",
    "started_at",
    "running_since",
    "paused_at",
    "due_at",
    "warn_at",
    "stopped_at",
    "breached_at",
)


@dataclass(frozen=True)
class Difference:
    """One value of a clock that is not what the ticket's events make it."""

    reference: str
    promise: str
    column: str
    kept: str
    told: str

    def __str__(self) -> str:
        return f"{self.reference} {self.promise}: {self.column} is {self.kept}, the events say {self.told}"

    def as_row(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True)
class Looked:
    """What a batch of an organisation's tickets gave."""

    tickets: int
    differences: list[Difference]


def differences_of(organisation_id: uuid.UUID, *, now: datetime, batch: int = BATCH) -> Iterator[Looked]:
    """Look at every ticket with an open clock, or on which something is still to happen, batch by batch.

    A constant number of queries for each batch. Nothing is written, and only what differs is locked, to
    look again: somebody may have changed it between the queries.
    """
    hours = _HoursByKey()
    tickets = Ticket.objects.of_organisation(organisation_id).with_open_clocks().order_by("pk")
    last = uuid.UUID(int=0)
    while found := list(tickets.filter(pk__gt=last).only(*_OF_TICKET)[:batch]):
        suspects = {ticket.pk for ticket, _difference in _differences(found, hours, now)}
        yield Looked(len(found), _confirmed(suspects, hours, now) if suspects else [])
        last = found[-1].pk


def differences_of_ticket(ticket: Ticket, *, now: datetime) -> list[Difference]:
    """Those of one ticket, whatever its status."""
    return [difference for _ticket, difference in _differences([ticket], _HoursByKey(), now)]


def _confirmed(keys: set[uuid.UUID], hours: _HoursByKey, now: datetime) -> list[Difference]:
    with transaction.atomic():
        locked = Ticket.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
        return [row for _ticket, row in _differences(list(locked.only(*_OF_TICKET)), hours, now)]


_OF_TICKET = ("reference", "due_at", "expired_at")


class _HoursByKey:
    """The hours of calendars by their key, each read once."""

    def __init__(self) -> None:
        self._hours: dict[str, WorkingCalendar] = {}

    def __call__(self, calendar_id: str) -> WorkingCalendar:
        if calendar_id not in self._hours:
            self._hours[calendar_id] = Calendar.objects.get(pk=calendar_id).working_calendar()
        return self._hours[calendar_id]


def _differences(
    tickets: Sequence[Ticket], hours: _HoursByKey, now: datetime
) -> Iterator[tuple[Ticket, Difference]]:
    keys = [ticket.pk for ticket in tickets]
    clocks: dict[uuid.UUID, dict[str, Clock]] = defaultdict(dict)
    for clock in Clock.objects.filter(ticket_id__in=keys):
        clocks[clock.ticket_id][clock.promise] = clock
    events: dict[uuid.UUID, list[TicketEvent]] = defaultdict(list)
    telling = TicketEvent.objects.filter(ticket_id__in=keys).of_kind(*TELLING).by_version()
    for event in telling.only("ticket_id", "kind", "occurred_at", "data", "changes"):
        events[event.ticket_id].append(event)
    for ticket in tickets:
        told = replay(events[ticket.pk], hours)
        for difference in _of_ticket(ticket, clocks[ticket.pk], told, now):
            yield ticket, difference


def _of_ticket(
    ticket: Ticket, kept: Mapping[str, Clock], told: Mapping[str, ToldClock], now: datetime
) -> Iterator[Difference]:
    for promise in Promise:
        yield from _of_clock(ticket, promise, kept.get(promise), told.get(promise), now)
    yield from _of_columns(ticket, told.get(Promise.RESOLVE))


def _of_clock(
    ticket: Ticket, promise: str, kept: Clock | None, told: ToldClock | None, now: datetime
) -> Iterator[Difference]:
    if kept is None or told is None:
        if kept is not None or told is not None:
            yield _difference(ticket, promise, "clock", kept and kept.state, told and told.state)
        return
    for column in _COLUMNS:
        one, other = getattr(kept, column), getattr(told, column)
        if _written(one) != _written(other):
            yield _difference(ticket, promise, column, one, other)
    if told.state == ClockState.RUNNING and told.is_due_by(now - _SWEEP_IS_LATE):
        yield _difference(ticket, promise, "state", kept.state, ClockState.BREACHED)


def _of_columns(ticket: Ticket, told: ToldClock | None) -> Iterator[Difference]:
    """What lists read of the promise to resolve stands on the ticket itself."""
    shown = {"due_at": told and told.due_at, "expired_at": told and told.breached_at}
    for column, value in shown.items():
        if getattr(ticket, column) != value:
            yield _difference(ticket, "ticket", column, getattr(ticket, column), value)


def _difference(ticket: Ticket, promise: str, column: str, kept: Any, told: Any) -> Difference:
    return Difference(ticket.reference, str(promise), column, _written(kept), _written(told))


def _written(value: Any) -> str:
    if value is None:
        return "nothing"
    return value.isoformat() if isinstance(value, datetime) else str(value)
