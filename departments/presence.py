"""Shifts as plain arithmetic over the minutes of a week. Knows neither database nor clock.

`departments.querysets` says the same in SQL, to choose among many; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY

# Weekday from Monday, first minute, minute after the last; the latter two counted from its midnight.
WeeklyShift = tuple[int, int, int]


def minute_of_week(at: datetime, zone: ZoneInfo) -> int:
    """Minutes since Monday's midnight on the clocks of the zone."""
    local = at.astimezone(zone)
    return local.weekday() * MINUTES_A_DAY + local.hour * 60 + local.minute


def is_on_shift(shifts: Iterable[WeeklyShift], minute: int) -> bool:
    """Whether one of the shifts covers this minute of the week. Without shifts one always is."""
    spans = [_span(shift) for shift in shifts]
    return not spans or any(
        start <= minute < end or start <= minute + MINUTES_A_WEEK < end for start, end in spans
    )


def shifts_overlap(shifts: Iterable[WeeklyShift]) -> bool:
    """Whether two of the shifts have a minute in common, across the end of the week too."""
    spans = sorted(_span(shift) for shift in shifts)
    if not spans:
        return False
    first_again = (spans[0][0] + MINUTES_A_WEEK, spans[0][1] + MINUTES_A_WEEK)
    return any(one[1] > two[0] for one, two in pairwise([*spans, first_again]))


def _span(shift: WeeklyShift) -> tuple[int, int]:
    weekday, start, end = shift
    return weekday * MINUTES_A_DAY + start, weekday * MINUTES_A_DAY + end


def clock_span(start: int, end: int) -> str:
    """`08:00-16:00`; behind midnight `22:00-06:00`; a whole day is `00:00-24:00`."""
    return f"{clock_time(start)}-{clock_time(end if end <= MINUTES_A_DAY else end - MINUTES_A_DAY)}"


def clock_time(minute: int) -> str:
    """`08:30` for 510; midnight at the end of a day is `24:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"
