"""A clock while its ticket's story is told: the rules of `tickets.actions.clocks`, without a database."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from demo.seed.world import DemoStandard
from tickets.actions.clocks import WARN_AT_SHARE
from tickets.enums import ClockState, Promise


@dataclass(slots=True)
class ToldClock:
    id: uuid.UUID
    promise: Promise
    standard: DemoStandard
    target_seconds: int
    started_at: datetime
    state: ClockState = ClockState.RUNNING
    elapsed_seconds: int = 0
    running_since: datetime | None = None
    paused_at: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    warned_at: datetime | None = None
    stopped_at: datetime | None = None
    breached_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.state in (ClockState.RUNNING, ClockState.PAUSED)

    def run(self, at: datetime) -> None:
        hours = self.standard.hours
        self.state = ClockState.RUNNING
        self.running_since = at
        self.paused_at = self.stopped_at = None
        self.due_at = hours.add(at, self.target_seconds - self.elapsed_seconds)
        self.warn_at = hours.add(at, max(self.target_seconds * WARN_AT_SHARE - self.elapsed_seconds, 0))

    def is_due_by(self, at: datetime) -> bool:
        return self.state is ClockState.RUNNING and self.due_at is not None and self.due_at <= at

    def breach(self) -> datetime:
        """Run out; returns when."""
        due_at = self.due_at or self.started_at
        self._bank(due_at)
        self.state = ClockState.BREACHED
        self.breached_at = due_at
        return due_at

    def stop(self, at: datetime, state: ClockState) -> None:
        """Met or cancelled; one that ran out stays breached."""
        if self.is_live:
            self._bank(at)
            self.state = state
            self.stopped_at = at
            self.paused_at = None

    def pause(self, at: datetime) -> None:
        if self.state is ClockState.RUNNING:
            self._bank(at)
            self.state = ClockState.PAUSED
            self.paused_at = at
            self.due_at = self.warn_at = None

    def resume(self, at: datetime) -> None:
        if self.state is ClockState.PAUSED:
            self.run(at)

    def go_on(self, at: datetime) -> None:
        """The work was not done after all."""
        if self.state in (ClockState.MET, ClockState.CANCELLED, ClockState.PAUSED):
            self.run(at)

    def _bank(self, at: datetime) -> None:
        if self.running_since is not None:
            self.elapsed_seconds += round(self.standard.hours.between(self.running_since, at))
        self.running_since = None
