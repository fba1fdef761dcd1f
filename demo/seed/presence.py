"""When the demo's agents are there: teams that work around the clock, and somebody on leave.

Only of agents whom nobody can sign in as: what a newcomer reports finds somebody at any hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from departments.enums import Weekday
from departments.models import DepartmentMember, Leave, Shift
from departments.presence import MINUTES_A_DAY, WeeklyShift

_HOUR = 60
_WORKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
_NIGHTS = (Weekday.SUNDAY, *_WORKDAYS[:4])
_WEEKS: list[list[WeeklyShift]] = [
    [(day, 6 * _HOUR, 14 * _HOUR) for day in _WORKDAYS],
    [(day, 14 * _HOUR, 22 * _HOUR) for day in _WORKDAYS],
    [(day, 22 * _HOUR, MINUTES_A_DAY + 6 * _HOUR) for day in _NIGHTS],
]
_LEAVE_BEGAN = timedelta(days=3)
_LEAVE_LASTS = timedelta(days=12)


def write_presence(members: Iterable[DepartmentMember], *, today: date) -> None:
    """Members in the order of their departments: of big teams three work in shifts, the fourth is away."""
    shifts: list[Shift] = []
    leaves: list[Leave] = []
    for _department, team in groupby(members, key=lambda member: member.department_id):
        desks = list(team)
        if len(desks) <= len(_WEEKS):
            continue
        for desk, week in zip(desks, _WEEKS, strict=False):
            shifts += [
                Shift(member=desk, weekday=day, starts_minute=start, ends_minute=end)
                for day, start, end in week
            ]
        first = today - _LEAVE_BEGAN
        leaves.append(
            Leave(
                member=desks[len(_WEEKS)],
                starts_on=first,
                ends_on=first + _LEAVE_LASTS,
                reason="Family holiday",
            )
        )
    Shift.objects.bulk_create(shifts)
    Leave.objects.bulk_create(leaves)
