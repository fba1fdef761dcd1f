"""Working time for hundreds of thousands of questions: the open intervals of some years, looked up.

Answers exactly what `departments.working_time.WorkingCalendar` answers, within its years.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta

from departments.working_time import MINUTES_A_DAY, WorkingCalendar


class Hours:
    """A working calendar between two dates, laid out as intervals with a running total."""

    def __init__(self, calendar: WorkingCalendar, *, first: date, last: date) -> None:
        self._always = calendar.around_the_clock
        self._opens: list[float] = []
        self._closes: list[float] = []
        # Working seconds before each interval opens.
        self._before: list[float] = []
        if not self._always:
            self._lay_out(calendar, first, last)

    def add(self, start: datetime, seconds: float) -> datetime:
        """The moment at which `seconds` of working time have passed since `start`."""
        if self._always or seconds <= 0:
            return start + timedelta(seconds=seconds)
        target = self._worked(start.timestamp()) + seconds
        # The interval in which the target falls; one that ends exactly at the target counts.
        place = bisect_right(self._before, target) - 1
        if place > 0 and self._before[place] == target:
            place -= 1
        return datetime.fromtimestamp(self._opens[place] + target - self._before[place], UTC)

    def between(self, start: datetime, end: datetime) -> float:
        """Working seconds from `start` to `end`."""
        if end <= start:
            return 0.0
        if self._always:
            return (end - start).total_seconds()
        return self._worked(end.timestamp()) - self._worked(start.timestamp())

    def next_open(self, moment: datetime) -> datetime:
        """`moment` itself while work is going on, else when it begins again."""
        return self.add(moment, 1) - timedelta(seconds=1)

    def _worked(self, moment: float) -> float:
        place = bisect_right(self._opens, moment) - 1
        if place < 0:
            return 0.0
        return self._before[place] + min(moment, self._closes[place]) - self._opens[place]

    def _lay_out(self, calendar: WorkingCalendar, first: date, last: date) -> None:
        total = 0.0
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            for opening, closing in calendar.exceptions.get(day, calendar.weekly[day.weekday()]):
                opens = _moment(calendar, day, opening)
                closes = _moment(calendar, day, closing)
                self._opens.append(opens)
                self._closes.append(closes)
                self._before.append(total)
                total += closes - opens


def _moment(calendar: WorkingCalendar, day: date, minute: int) -> float:
    if minute == MINUTES_A_DAY:
        return datetime.combine(day + timedelta(days=1), time.min, calendar.zone).timestamp()
    return datetime.combine(day, time(minute // 60, minute % 60), calendar.zone).timestamp()
