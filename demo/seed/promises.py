"""A clock while its ticket's story is told: the one that is told by events, with its row's key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from demo.seed.world import DemoStandard
from tickets.clock_history import ToldClock
from tickets.enums import Promise


@dataclass(slots=True, kw_only=True)
class DemoClock(ToldClock):
    id: uuid.UUID
    standard_id: uuid.UUID = field(repr=False)
    warned_at: datetime | None = None

    def terms(self) -> dict[str, Any]:
        """What the event says of it."""
        return {
            "promise": str(self.promise),
            "target_seconds": self.target_seconds,
            "calendar": self.calendar_id,
            "standard": str(self.standard_id),
        }


def promised(
    key: uuid.UUID, promise: Promise, standard: DemoStandard, seconds: int, at: datetime
) -> DemoClock:
    """A clock that starts now."""
    clock = DemoClock(
        promise=promise,
        target_seconds=seconds,
        calendar_id=str(standard.calendar_id),
        hours=standard.hours,
        started_at=at,
        id=key,
        standard_id=standard.id,
    )
    clock.run(at)
    return clock
