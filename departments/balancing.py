"""Who gets which of the waiting tickets: pure decisions over what members can take.

Knows neither database nor clock. `departments.querysets` says in SQL who can take one ticket; tests
compare the two.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from departments.enums import AssignmentStrategy

Key = uuid.UUID


class Kind(NamedTuple):
    """What a ticket asks of whoever takes it."""

    category_id: Key | None
    ward_id: Key | None
    region_id: Key | None


@dataclass
class Seat:
    """What one member can still take. Empty skills: everything; neither regions nor wards: everywhere."""

    key: Key
    capacity: int
    open_tickets: int
    last_turn: datetime | None = None
    skills: frozenset[Key] = frozenset()
    regions: frozenset[Key] = frozenset()
    wards: frozenset[Key] = frozenset()

    @property
    def is_free(self) -> bool:
        return self.open_tickets < self.capacity

    def can_take(self, kind: Kind) -> bool:
        """Whether skills and places fit, however much the member holds."""
        if self.skills and kind.category_id not in self.skills:
            return False
        if not self.regions and not self.wards:
            return True
        return kind.region_id in self.regions or kind.ward_id in self.wards

    def by_share(self) -> Any:
        """Sorts by the share of the capacity that is used, then by who waited longest for a ticket."""
        return self.open_tickets / self.capacity, *self.by_turn()

    def by_turn(self) -> Any:
        """Sorts by who waited longest for a ticket; who never had one, longest of all."""
        return (1, self.last_turn, self.key) if self.last_turn else (0, self.key)


_ORDERS: dict[str, Callable[[Seat], Any]] = {
    AssignmentStrategy.BALANCED: Seat.by_share,
    AssignmentStrategy.ROUND_ROBIN: Seat.by_turn,
}


class Balancer:
    """Gives tickets to seats one after the other, as a strategy orders them.

    Raises KeyError for the manual strategy, in which people give tickets to themselves.
    """

    def __init__(self, seats: Iterable[Seat], strategy: str, *, at: datetime) -> None:
        self._order = _ORDERS[strategy]
        self._seats = [seat for seat in seats if seat.is_free]
        self._turn = at
        self._able: dict[Kind, list[Seat]] = {}

    @property
    def free_places(self) -> int:
        """How many tickets can be given at most."""
        return sum(max(seat.capacity - seat.open_tickets, 0) for seat in self._seats)

    def has_place_for(self, kind: Kind) -> bool:
        """Whether somebody who is free can take such a ticket."""
        return any(seat.is_free for seat in self._seats_for(kind))

    def give(self, kind: Kind) -> Seat | None:
        """The seat that takes the next ticket of this kind, fuller by one; None where nobody can."""
        able = [seat for seat in self._seats_for(kind) if seat.is_free]
        if not able:
            return None
        seat = min(able, key=self._order)
        seat.open_tickets += 1
        # Each in its own turn, so that the order in which seats were served stays known.
        self._turn += timedelta(microseconds=1)
        seat.last_turn = self._turn
        return seat

    def _seats_for(self, kind: Kind) -> list[Seat]:
        if kind not in self._able:
            self._able[kind] = [seat for seat in self._seats if seat.can_take(kind)]
        return self._able[kind]
