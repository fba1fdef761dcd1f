"""Working time: pure arithmetic over opening hours. Knows neither database nor clock.

Local opening hours become intervals of real time day by day, so that a day with a clock change has
the length that it really has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

MINUTES_A_DAY = 24 * 60
# Ten years without one open minute is a calendar that never opens.
_LONGEST_SEARCH_DAYS = 3660
_UTC = ZoneInfo("UTC")

MinuteSpan = tuple[int, int]
Intervals = tuple[MinuteSpan, ...]


class CalendarNeverOpens(DomainError):
    code = "calendar_never_opens"
    sentence = _("This working calendar has no working time in the next ten years.")


@dataclass(frozen=True)
class WorkingCalendar:
    """Opening hours of one place.

    `weekly` has seven entries from Monday; an interval is (first minute, last minute) after local
    midnight, up to 1440. `exceptions` replace a date's intervals; an empty tuple closes the date.
    An around-the-clock calendar ignores both.
    """

    zone: ZoneInfo
    weekly: tuple[Intervals, ...] = field(default=((),) * 7)
    exceptions: Mapping[date, Intervals] = field(default_factory=dict)
    around_the_clock: bool = False

    def add(self, start: datetime, seconds: float) -> datetime:
        """The moment at which `seconds` of working time have passed since `start` (aware).

        Zero seconds give `start` itself. Raises CalendarNeverOpens where no working time follows.
        """
        if seconds <= 0:
            return start
        if self.around_the_clock:
            # In UTC: adding to a local time would count the hour that a clock change takes or gives.
            return (start.astimezone(_UTC) + timedelta(seconds=seconds)).astimezone(start.tzinfo)
        left = seconds
        for opens, closes in self._open_from(start):
            length = (closes - opens).total_seconds()
            if length >= left:
                return (opens + timedelta(seconds=left)).astimezone(start.tzinfo)
            left -= length
        raise CalendarNeverOpens

    def between(self, start: datetime, end: datetime) -> float:
        """Working seconds from `start` to `end` (both aware); 0 where `end` is not later."""
        start, end = start.astimezone(_UTC), end.astimezone(_UTC)
        if end <= start:
            return 0.0
        if self.around_the_clock:
            return (end - start).total_seconds()
        total = 0.0
        for opens, closes in self._open_from(start):
            if opens >= end:
                break
            total += (min(closes, end) - opens).total_seconds()
        return total

    def is_open(self, moment: datetime) -> bool:
        """Whether work is going on at this moment."""
        return self.around_the_clock or self.between(moment, moment + timedelta(seconds=1)) > 0

    def _open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open intervals in UTC from `start` on, the first one cut at `start`, in order."""
        start = start.astimezone(_UTC)
        first_day = start.astimezone(self.zone).date()
        for offset in range(_LONGEST_SEARCH_DAYS):
            day = first_day + timedelta(days=offset)
            for opening, closing in self._intervals_on(day):
                opens = self._moment(day, opening)
                closes = self._moment(day, closing)
                if closes > start and closes > opens:
                    yield max(opens, start), closes

    def _intervals_on(self, day: date) -> Intervals:
        return self.exceptions[day] if day in self.exceptions else self.weekly[day.weekday()]

    def _moment(self, day: date, minute: int) -> datetime:
        """The moment of a local time in UTC; where clocks jump over it, the moment of the jump."""
        midnight = datetime.combine(day, time.min)
        for later in range(minute, minute + MINUTES_A_DAY):
            local = midnight + timedelta(minutes=later)
            moment = local.replace(tzinfo=self.zone).astimezone(_UTC)
            if moment.astimezone(self.zone).replace(tzinfo=None) == local:
                break
        return moment
