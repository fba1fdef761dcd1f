"""Working time as slowly as it can be told: day by day, for the quick way to be compared with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from departments.working_time import CalendarNeverOpens, WorkingCalendar

_SEARCH_DAYS = 10 * 366
_MINUTE = timedelta(minutes=1)


class SlowHours:
    """The same answers as the calendar's own. Keeps nothing, and looks at every day again."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self.calendar = calendar

    def add(self, start: datetime, seconds: float) -> datetime:
        left = timedelta(seconds=seconds)
        if not left:
            return start
        if self.calendar.around_the_clock:
            return (start.astimezone(UTC) + left).astimezone(start.tzinfo)
        for opens, closes in self._open_from(start):
            if closes - opens >= left:
                return (opens + left).astimezone(start.tzinfo)
            left -= closes - opens
        raise CalendarNeverOpens

    def between(self, start: datetime, end: datetime) -> float:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if self.calendar.around_the_clock:
            return max(end - start, timedelta(0)).total_seconds()
        total = timedelta(0)
        for opens, closes in self._open_from(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total.total_seconds()

    def _open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open intervals in UTC from `start` on, each without what came before it."""
        reached = start.astimezone(UTC)
        evening_before = start.astimezone(self.calendar.zone).date() - timedelta(days=1)
        for offset in range(_SEARCH_DAYS):
            day = evening_before + timedelta(days=offset)
            hours = self.calendar.exceptions.get(day, self.calendar.weekly[day.weekday()])
            for opening, closing in sorted(hours):
                closes = self._moment(day, closing)
                opens = max(self._moment(day, opening), reached)
                if closes > opens:
                    yield opens, closes
                    reached = closes

    def _moment(self, day: date, minute: int) -> datetime:
        """In UTC. A local time that the clocks jump over is the moment of the jump."""
        zone = self.calendar.zone
        local = datetime.combine(day, time.min) + minute * _MINUTE
        while True:
            moment = local.replace(tzinfo=zone).astimezone(UTC)
            if moment.astimezone(zone).replace(tzinfo=None) == local:
                return moment
            local += _MINUTE
