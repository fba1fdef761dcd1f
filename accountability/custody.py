"""Whose custody consumed the time. Pure: blame and praise follow custody, not the last holder."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from departments.working_time import WorkingCalendar

Holder = TypeVar("Holder", bound=Hashable)


@dataclass(frozen=True)
class Held:
    """Somebody held a ticket for so long."""

    department_id: str
    department: str
    assignee_id: str | None
    seconds: int


@dataclass(frozen=True)
class Span:
    """One custody as it is in the database. `working_seconds` is None while it lasts."""

    department_id: str
    department: str
    assignee_id: str | None
    started_at: datetime
    ended_at: datetime | None
    working_seconds: int | None
    hours: WorkingCalendar


def held_until(spans: Iterable[Span], moment: datetime) -> list[Held]:
    """What each custody consumed up to a moment, in the order in which they began."""
    before = sorted((span for span in spans if span.started_at < moment), key=lambda span: span.started_at)
    return [
        Held(span.department_id, span.department, span.assignee_id, _seconds(span, moment)) for span in before
    ]


def _seconds(span: Span, moment: datetime) -> int:
    if span.ended_at is not None and span.ended_at <= moment and span.working_seconds is not None:
        return span.working_seconds
    return round(span.hours.between(span.started_at, moment))


def by_department(held: Iterable[Held]) -> dict[str, int]:
    """Department -> working seconds, in the order in which they first held the ticket."""
    total: dict[str, int] = {}
    for part in held:
        total[part.department_id] = total.get(part.department_id, 0) + part.seconds
    return total


def by_person(held: Iterable[Held]) -> dict[tuple[str, str], int]:
    """(department, person) -> working seconds. Time in which nobody had the ticket is nobody's."""
    total: dict[tuple[str, str], int] = {}
    for part in held:
        if part.assignee_id is not None:
            key = (part.department_id, part.assignee_id)
            total[key] = total.get(key, 0) + part.seconds
    return total


def shares(points: int, weights: Mapping[Holder, int]) -> dict[Holder, int]:
    """Points dealt out by weight, in whole numbers that add up to `points`; shares of zero are left out.

    What rounding leaves goes to the largest remainders (Hamilton's method). Without any weight the
    last holder takes everything.
    """
    if not weights:
        return {}
    total = sum(weights.values())
    if total == 0:
        return {list(weights)[-1]: points}
    sign, amount = (1 if points > 0 else -1), abs(points)
    exact = {holder: amount * weight for holder, weight in weights.items()}
    dealt = {holder: value // total for holder, value in exact.items()}
    left = amount - sum(dealt.values())
    for holder in sorted(exact, key=lambda holder: -(exact[holder] % total))[:left]:
        dealt[holder] += 1
    return {holder: sign * share for holder, share in dealt.items() if share}
