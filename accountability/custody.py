"""Whose custody used up the time. Pure: blame and praise follow custody, not the last holder."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from departments.working_time import WorkingCalendar

Holder = TypeVar("Holder", bound=Hashable)


@dataclass(frozen=True)
class Held:
    """Somebody held a ticket for so long."""

    department_id: str
    department: str
    assignee_id: str | None
    seconds: int
    over_target: bool = False


@dataclass(frozen=True)
class Span:
    """One custody as it is in the database. `ended_at` is None while it lasts.

    `target_at` is when the department's internal target was used up; None without one.
    """

    department_id: str
    department: str
    assignee_id: str | None
    started_at: datetime
    ended_at: datetime | None
    target_at: datetime | None = None


@dataclass(frozen=True)
class Promised:
    """The time that was promised: since when it runs, and in which hours it is counted."""

    since: datetime
    hours: WorkingCalendar


def consumed(spans: Iterable[Span], promised: Promised, until: datetime) -> list[Held]:
    """What each custody used up of a promise until a moment, in the order in which they began.

    All are measured in the working time of the promise, so that a department that is open around the
    clock can be compared with one that is not.
    """
    concerned = [span for span in spans if span.started_at < until and _ends(span, until) > promised.since]
    return [
        Held(
            span.department_id,
            span.department,
            span.assignee_id,
            round(promised.hours.between(max(span.started_at, promised.since), _ends(span, until))),
            over_target=span.target_at is not None and span.target_at < _ends(span, until),
        )
        for span in sorted(concerned, key=lambda span: span.started_at)
    ]


def _ends(span: Span, until: datetime) -> datetime:
    return until if span.ended_at is None else min(span.ended_at, until)


def accountable(held: Sequence[Held]) -> tuple[str, str | None]:
    """The department that used up the most, and its agent who did; who had it last where several did.

    The agent is None where the ticket waited longest in the department without anybody having it.
    """
    department = _most([(part.department_id, part.seconds) for part in held])
    people = [(part.assignee_id, part.seconds) for part in held if part.department_id == department]
    return department, _most(people)


def _most(parts: Sequence[tuple[Holder, int]]) -> Holder:
    total: dict[Holder, int] = {}
    for holder, seconds in parts:
        # Who comes back is again the last one.
        total[holder] = total.pop(holder, 0) + seconds
    return max(reversed(total), key=lambda holder: total[holder])


def by_department(held: Iterable[Held]) -> dict[str, int]:
    """Department -> working seconds, in the order in which they first held the ticket."""
    total: dict[str, int] = {}
    for part in held:
        total[part.department_id] = total.get(part.department_id, 0) + part.seconds
    return total


def by_person(held: Iterable[Held]) -> dict[tuple[str, str | None], int]:
    """(department, person) -> working seconds; person None is the time in which nobody had the ticket."""
    total: dict[tuple[str, str | None], int] = {}
    for part in held:
        key = (part.department_id, part.assignee_id)
        total[key] = total.get(key, 0) + part.seconds
    return total


def split(held: Sequence[Held]) -> list[dict[str, Any]]:
    """Who used up how much, department by department and agent by agent, with the share in percent.

    `over_target` says whether the department had it for longer than its own target allows, in its own
    working hours.
    """
    names = {part.department_id: part.department for part in held}
    over = {part.department_id for part in held if part.over_target}
    departments, people = by_department(held), by_person(held)
    percent = shares(100, departments)
    return [
        {
            "department": key,
            "name": names[key],
            "seconds": seconds,
            "share": percent.get(key, 0),
            "over_target": key in over,
            "agents": [
                {"agent": person, "seconds": theirs}
                for (department, person), theirs in people.items()
                if department == key
            ],
        }
        for key, seconds in departments.items()
    ]


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
