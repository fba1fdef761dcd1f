"""What hours mean in practice: reported then, due then, and on which days the time in between runs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from departments.working_time import WorkingCalendar

# Longer ways are told by their beginning and their end.
_MOST_DAYS = 60


@dataclass(frozen=True)
class Stretch:
    """Days in a row on which nothing is worked for the same reason, or one day with its working time."""

    first: date
    last: date
    seconds: int
    name: str

    @property
    def is_one_day(self) -> bool:
        return self.first == self.last


@dataclass(frozen=True)
class Due:
    """A promise of so much working time for a report at a moment. Moments are local."""

    reported: datetime
    due: datetime
    seconds: int
    way: tuple[Stretch, ...]


def due_after(
    hours: WorkingCalendar, reported: datetime, seconds: int, *, names: Mapping[date, str] | None = None
) -> Due:
    """When a promise would be due, and how its time passes; `names` are those of special dates.

    The way is empty where it takes longer than two months. Raises CalendarNeverOpens.
    """
    local = reported.astimezone(hours.zone)
    due = hours.add(local, seconds)
    is_short = (due - local).days < _MOST_DAYS
    return Due(local, due, seconds, tuple(_way(hours, local, due, names or {})) if is_short else ())


def _way(
    hours: WorkingCalendar, start: datetime, end: datetime, names: Mapping[date, str]
) -> Iterator[Stretch]:
    # Due as a day begins is due at the end of the one before.
    last = (end - timedelta.resolution).date()
    numbers = range((last - start.date()).days + 1)
    days = [_day(hours, start.date() + timedelta(days=number), start, end, names) for number in numbers]
    for _key, group in groupby(days, key=lambda day: (day.first if day.seconds else None, day.name)):
        together = list(group)
        yield Stretch(together[0].first, together[-1].last, together[0].seconds, together[0].name)


def _day(
    hours: WorkingCalendar, day: date, start: datetime, end: datetime, names: Mapping[date, str]
) -> Stretch:
    begins = max(start, datetime.combine(day, time.min, hours.zone))
    ends = min(end, datetime.combine(day + timedelta(days=1), time.min, hours.zone))
    return Stretch(day, day, round(hours.between(begins, ends)), names.get(day, ""))
