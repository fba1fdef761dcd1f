"""How every clock of a ticket must stand, told by its events alone. Pure.

Written a second time on purpose, apart from `tickets.actions.clocks`: what one of them forgets, the
other misses. An event says what clocks froze in `data["clocks"]`; everything else follows from its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from departments.working_time import WorkingCalendar
from tickets.enums import ClockState, EventKind, Outcome, Promise, Status
from tickets.workflow import WARN_AT_SHARE

HoursOf = Callable[[str], WorkingCalendar]

_STOPPED = (ClockState.MET, ClockState.CANCELLED)
_LIVE = (ClockState.RUNNING, ClockState.PAUSED)


class PastEvent(Protocol):
    """What the history needs of an event."""

    @property
    def kind(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    @property
    def changes(self) -> Mapping[str, Any]: ...


@dataclass(slots=True)
class ToldClock:
    """One promise, with the names of the columns of `Clock`."""

    promise: str
    target_seconds: int
    calendar_id: str
    hours: WorkingCalendar
    started_at: datetime
    state: str = ClockState.RUNNING
    elapsed_seconds: int = 0
    running_since: datetime | None = None
    paused_at: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    stopped_at: datetime | None = None
    breached_at: datetime | None = None

    def run(self, at: datetime) -> None:
        self.state = ClockState.RUNNING
        self.running_since = at
        self.paused_at = self.stopped_at = None
        self.due_at = self.hours.add(at, max(self.target_seconds - self.elapsed_seconds, 0))
        warn_after = self.target_seconds * WARN_AT_SHARE - self.elapsed_seconds
        self.warn_at = self.hours.add(at, max(warn_after, 0))

    def bank(self, at: datetime) -> None:
        if self.running_since is not None:
            self.elapsed_seconds += round(self.hours.between(self.running_since, at))
        self.running_since = None

    def is_due_by(self, at: datetime) -> bool:
        return self.state == ClockState.RUNNING and self.due_at is not None and self.due_at <= at

    def run_out(self) -> datetime:
        """Missed, at its due time, whenever that was noticed. Returns when."""
        due_at = self.due_at or self.started_at
        self.state = ClockState.BREACHED
        self.breached_at = due_at
        self.elapsed_seconds = max(self.elapsed_seconds, self.target_seconds)
        self.running_since = None
        return due_at

    def stop(self, at: datetime, state: ClockState) -> None:
        """Met or cancelled, unless it ran out before."""
        if self.is_due_by(at):
            self.run_out()
        if self.state in _LIVE:
            self.bank(at)
            self.state = state
            self.stopped_at = at
            self.paused_at = None

    def pause(self, at: datetime) -> None:
        if self.is_due_by(at):
            self.run_out()
        if self.state == ClockState.RUNNING:
            self.bank(at)
            self.state = ClockState.PAUSED
            self.paused_at = at
            self.due_at = self.warn_at = None

    def resume(self, at: datetime) -> None:
        if self.state == ClockState.PAUSED:
            self.run(at)

    def go_on(self, at: datetime) -> None:
        """The work was not done after all."""
        if self.state in (*_STOPPED, ClockState.PAUSED):
            self.run(at)

    def revive(self, at: datetime, *, waits: bool) -> None:
        """The end was none: what it cancelled goes on, or waits with the ticket."""
        if self.state == ClockState.CANCELLED:
            self.run(at)
            if waits:
                self.pause(at)

    def take_terms(self, at: datetime, target_seconds: int, calendar_id: str, hours: WorkingCalendar) -> None:
        """Another promise: what was used up counts against it."""
        if self.is_due_by(at):
            self.run_out()
        if self.state == ClockState.BREACHED:
            return
        self.bank(at)
        self.target_seconds, self.calendar_id, self.hours = target_seconds, calendar_id, hours
        if self.state == ClockState.RUNNING:
            self.run(at)


class History:
    """The clocks of one ticket while its events are told, in the order of their versions."""

    def __init__(self, hours_of: HoursOf) -> None:
        self._hours_of = hours_of
        self.clocks: dict[str, ToldClock] = {}

    def tell(self, event: PastEvent) -> None:
        for terms in event.data.get("clocks", ()):
            self._take(terms, event.occurred_at)
        follow = _CONSEQUENCES.get(event.kind)
        if follow is not None:
            follow(self, event)

    def _take(self, terms: Mapping[str, Any], at: datetime) -> None:
        promise, calendar_id = str(terms["promise"]), str(terms["calendar"])
        hours, target = self._hours_of(calendar_id), int(terms["target_seconds"])
        if promise in self.clocks:
            self.clocks[promise].take_terms(at, target, calendar_id, hours)
        else:
            started = ToldClock(promise, target, calendar_id, hours, at)
            started.run(at)
            self.clocks[promise] = started

    def _each(self, *promises: Promise) -> Iterable[ToldClock]:
        return [self.clocks[promise] for promise in promises or Promise if promise in self.clocks]

    def answered(self, event: PastEvent) -> None:
        for clock in self._each(Promise.RESPOND):
            clock.stop(event.occurred_at, ClockState.MET)

    def waiting(self, event: PastEvent) -> None:
        self.answered(event)
        for clock in self._each():
            clock.pause(event.occurred_at)

    def replied(self, event: PastEvent) -> None:
        for clock in self._each():
            clock.resume(event.occurred_at)

    def said(self, event: PastEvent) -> None:
        if event.data.get("is_from_staff"):
            self.answered(event)

    def done(self, event: PastEvent) -> None:
        for clock in self._each():
            clock.stop(event.occurred_at, ClockState.MET)

    def closed(self, event: PastEvent) -> None:
        outcome = event.changes.get("outcome", ["", ""])[1]
        if outcome == Outcome.COMPLETED:
            self.done(event)
            return
        if outcome in {Outcome.REJECTED, Outcome.DUPLICATE}:
            self.answered(event)
        self.given_up(event)

    def given_up(self, event: PastEvent) -> None:
        for clock in self._each():
            clock.stop(event.occurred_at, ClockState.CANCELLED)

    def back_to_work(self, event: PastEvent) -> None:
        for clock in self._each(Promise.RESOLVE):
            clock.go_on(event.occurred_at)

    def no_duplicate(self, event: PastEvent) -> None:
        waits = event.changes.get("status", ["", ""])[1] == Status.RESPONDED
        for clock in self._each():
            clock.revive(event.occurred_at, waits=waits)

    def late_answer(self, event: PastEvent) -> None:
        self._missed(Promise.RESPOND)

    def late_fix(self, event: PastEvent) -> None:
        self._missed(Promise.RESOLVE)

    def _missed(self, promise: Promise) -> None:
        for clock in self._each(promise):
            if clock.state == ClockState.RUNNING:
                clock.run_out()


# What an event does to the clocks, beside what it froze.
_CONSEQUENCES: dict[str, Callable[[History, PastEvent], None]] = {
    EventKind.STARTED: History.answered,
    EventKind.RESPONDED: History.waiting,
    EventKind.REPLIED: History.replied,
    EventKind.MESSAGE_ADDED: History.said,
    EventKind.RESOLVED: History.done,
    EventKind.CLOSED: History.closed,
    EventKind.WITHDRAWN: History.given_up,
    EventKind.DISPUTED: History.back_to_work,
    EventKind.REOPENED: History.back_to_work,
    EventKind.MERGED: History.given_up,
    EventKind.UNMERGED: History.no_duplicate,
    EventKind.RESPONSE_LATE: History.late_answer,
    EventKind.EXPIRED: History.late_fix,
}
# The kinds that have anything to do with clocks.
TELLING = (
    *_CONSEQUENCES,
    EventKind.CREATED,
    EventKind.ROUTED,
    EventKind.PRIORITY_CHANGED,
    EventKind.HOURS_CHANGED,
)


def replay(events: Iterable[PastEvent], hours_of: HoursOf) -> dict[str, ToldClock]:
    """The clocks of a ticket, by promise, after its events in the order of their versions."""
    history = History(hours_of)
    for event in events:
        history.tell(event)
    return history.clocks
