"""Working time: pure arithmetic over opening hours. Knows neither database nor clock.

Opening hours are laid out once, year by year as they are asked for, as intervals of real time with a
running total; every answer is then looked up. Real time, so that a day with a clock change has the
length that it really has. Whole microseconds, so that nothing is ever lost or gained by rounding.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

MINUTES_A_DAY = 24 * 60
# An interval may go past midnight, until the end of the next day.
LATEST_MINUTE = 2 * MINUTES_A_DAY
# Ten years without enough open time is a calendar that never opens.
_LONGEST_SEARCH_YEARS = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MICROSECONDS = 1_000_000
_MINUTE = 60 * _MICROSECONDS
_DAY = MINUTES_A_DAY * _MINUTE

MinuteSpan = tuple[int, int]
Intervals = tuple[MinuteSpan, ...]


class CalendarNeverOpens(DomainError):
    code = "calendar_never_opens"
    sentence = _("This working calendar has not enough working time in the next ten years.")


@dataclass(frozen=True)
class WorkingCalendar:
    """Opening hours of one place.

    `weekly` has seven entries from Monday; an interval is (first minute, last minute) after local
    midnight, and belongs to the day on which it begins: the last minute may be up to 2880, the end of
    the next day. `exceptions` replace the intervals that begin on a date; an empty tuple closes it,
    while a night that began the evening before goes on. What overlaps counts once. An
    around-the-clock calendar ignores both.
    """

    zone: ZoneInfo
    weekly: tuple[Intervals, ...] = field(default=((),) * 7)
    exceptions: Mapping[date, Intervals] = field(default_factory=dict)
    around_the_clock: bool = False
    # What was laid out so far. The hours never change, so that nobody can tell when that was.
    _timetable: _Timetable | None = field(default=None, init=False, repr=False, compare=False)

    def add(self, start: datetime, seconds: float) -> datetime:
        """The moment at which `seconds` of working time have passed since `start` (aware).

        Zero seconds give `start` itself; what is used up at closing time is due then, not when the
        door opens again. Raises CalendarNeverOpens where not enough working time follows.
        """
        if seconds <= 0:
            return start
        if self.around_the_clock:
            # In UTC: adding to a local time would count the hour that a clock change takes or gives.
            return (start.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(start.tzinfo)
        moment = (start - _EPOCH) // _MICROSECOND
        table = self._timetable_at(start, moment)
        wanted = round(seconds * _MICROSECONDS)
        due = table.when_worked(table.worked_until(moment) + wanted)
        if due is None:
            due = self._search(start, moment, wanted)
        return (_EPOCH + due * _MICROSECOND).astimezone(start.tzinfo)

    def between(self, start: datetime, end: datetime) -> float:
        """Working seconds from `start` to `end` (both aware); 0 where `end` is not later."""
        first, last = (start - _EPOCH) // _MICROSECOND, (end - _EPOCH) // _MICROSECOND
        if last <= first:
            return 0.0
        if self.around_the_clock:
            return (last - first) / _MICROSECONDS
        table = self._timetable
        if table is None or not table.begins <= first < last < table.ends:
            table = self._timetable_of(start.astimezone(self.zone).year, end.astimezone(self.zone).year)
        return (table.worked_until(last) - table.worked_until(first)) / _MICROSECONDS

    def is_open(self, moment: datetime) -> bool:
        """Whether work is going on at this moment."""
        if self.around_the_clock:
            return True
        at = (moment - _EPOCH) // _MICROSECOND
        return self._timetable_at(moment, at).is_open(at)

    def next_open(self, moment: datetime) -> datetime:
        """`moment` itself while work is going on, else when it begins again. Raises CalendarNeverOpens."""
        return moment if self.is_open(moment) else self.add(moment, 1) - timedelta(seconds=1)

    def hours_on(self, day: date) -> Intervals:
        """The intervals that begin on a date, in minutes after its midnight."""
        if self.around_the_clock:
            return ((0, MINUTES_A_DAY),)
        return self.exceptions[day] if day in self.exceptions else self.weekly[day.weekday()]

    def _search(self, start: datetime, moment: int, wanted: int) -> int:
        """When so much has been worked, looking further ahead than anybody has before."""
        year = start.astimezone(self.zone).year
        for ahead in (1, 2, 4, _LONGEST_SEARCH_YEARS):
            table = self._timetable_of(year, year + ahead)
            due = table.when_worked(table.worked_until(moment) + wanted)
            if due is not None:
                return due
        raise CalendarNeverOpens

    def _timetable_at(self, at: datetime, moment: int) -> _Timetable:
        table = self._timetable
        if table is not None and table.begins <= moment < table.ends:
            return table
        year = at.astimezone(self.zone).year
        return self._timetable_of(year, year)

    def _timetable_of(self, first_year: int, last_year: int) -> _Timetable:
        """What is laid out, with these years. Threads may do it twice, and then for the same result."""
        table = self._timetable
        if table is not None:
            first_year, last_year = min(first_year, table.first_year), max(last_year, table.last_year)
        if table is None or (first_year, last_year) != (table.first_year, table.last_year):
            table = _lay_out(self, first_year, last_year)
            object.__setattr__(self, "_timetable", table)
        return table


@dataclass(frozen=True, slots=True)
class _Timetable:
    """What is open from the beginning of one local year to the end of another.

    Moments are microseconds since the epoch. Intervals are in order and apart from each other;
    `worked` is the working time from the first of them to the end of each.
    """

    first_year: int
    last_year: int
    begins: int
    ends: int
    opens: list[int]
    closes: list[int]
    worked: list[int]

    def worked_until(self, moment: int) -> int:
        place = bisect_right(self.closes, moment)
        before = self.worked[place - 1] if place else 0
        if place < len(self.opens) and self.opens[place] < moment:
            return before + moment - self.opens[place]
        return before

    def when_worked(self, total: int) -> int | None:
        """The first moment until which so much was worked; None where it is never reached here."""
        place = bisect_left(self.worked, total)
        if place == len(self.worked):
            return None
        return self.closes[place] - (self.worked[place] - total)

    def is_open(self, moment: int) -> bool:
        place = bisect_right(self.opens, moment) - 1
        return place >= 0 and moment < self.closes[place]


def _lay_out(calendar: WorkingCalendar, first_year: int, last_year: int) -> _Timetable:
    opens: list[int] = []
    closes: list[int] = []
    worked: list[int] = []
    total = 0
    # From the evening before, whose last interval may go into the first day.
    for begin, end in _spans(calendar, date(first_year - 1, 12, 31), date(last_year, 12, 31)):
        start = max(begin, closes[-1]) if closes else begin
        if end <= start:
            continue
        total += end - start
        if closes and start == closes[-1]:
            closes[-1], worked[-1] = end, total
        else:
            opens.append(start)
            closes.append(end)
            worked.append(total)
    return _Timetable(
        first_year,
        last_year,
        _moment(calendar.zone, date(first_year, 1, 1), 0),
        _moment(calendar.zone, date(last_year + 1, 1, 1), 0),
        opens,
        closes,
        worked,
    )


def _spans(calendar: WorkingCalendar, first: date, last: date) -> Iterator[tuple[int, int]]:
    """Every interval that begins on these days, in the order of their beginnings."""
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 4)]
    midnights = [_moment(calendar.zone, day, 0) for day in days]

    def moment(place: int, minute: int) -> int:
        later, minute = divmod(minute, MINUTES_A_DAY)
        place += later
        # Nearly every day has no clock change, and then counting needs no time zone.
        if midnights[place + 1] - midnights[place] == _DAY:
            return midnights[place] + minute * _MINUTE
        return _moment(calendar.zone, days[place], minute)

    for place, day in enumerate(days[:-3]):
        for opening, closing in sorted(calendar.hours_on(day)):
            yield moment(place, opening), moment(place, closing)


def _moment(zone: ZoneInfo, day: date, minute: int) -> int:
    """The moment of a local time; where clocks jump over it, the moment of the jump."""
    midnight = datetime.combine(day, time.min)
    for later in range(minute, minute + MINUTES_A_DAY + 1):
        local = midnight + timedelta(minutes=later)
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            break
    return (moment - _EPOCH) // _MICROSECOND
