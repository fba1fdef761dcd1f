"""What one version of a calendar says, checked, and written as people write it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import InvalidInput
from departments.enums import Weekday
from departments.working_time import (
    LATEST_MINUTE,
    MINUTES_A_DAY,
    CalendarNeverOpens,
    Intervals,
    MinuteSpan,
    WorkingCalendar,
)

# More than a city of a hundred holidays and part days a year, for ten years.
MAX_DAYS = 1000
MAX_INTERVALS_A_DAY = 12
_MINUTES_A_WEEK = 7 * MINUTES_A_DAY
_TIME = re.compile(r"(\d{1,2})[:h.](\d{2})(?:\s*(\+1))?")
_BETWEEN = re.compile(r"\s*(?:-|–|—|\bto\b)\s*")
_NOTHING: Intervals = ()


class UnreadableHours(InvalidInput):
    code = "unreadable_hours"
    sentence = gettext_lazy("Write hours as 08:00–16:30, several with commas between them.")


class UnreadableTime(InvalidInput):
    code = "unreadable_time"
    sentence = gettext_lazy("Write a time of day such as 08:00; midnight at the end is 24:00.")


class InvertedInterval(InvalidInput):
    code = "inverted_interval"
    sentence = gettext_lazy("Hours must end after they begin.")


class IntervalTooLong(InvalidInput):
    code = "interval_too_long"
    sentence = gettext_lazy("Hours begin on their day and end within 24 hours.")


class OverlappingIntervals(InvalidInput):
    code = "overlapping_intervals"
    sentence = gettext_lazy("Hours must not overlap.")


class DateGivenTwice(InvalidInput):
    code = "date_given_twice"
    sentence = gettext_lazy("This date has hours of its own already.")


class TooManyDays(InvalidInput):
    code = "too_many_days"
    sentence = gettext_lazy("These are more dates, or more intervals on a day, than a calendar can hold.")


@dataclass(frozen=True)
class SpecialDay:
    """A date with other hours than its weekday: none at all is a holiday, some a part day."""

    date: date
    name: str
    hours: Intervals = _NOTHING


@dataclass(frozen=True)
class Hours:
    """The working hours of a place. `weekly` has seven entries from Monday; days are in order."""

    time_zone: str
    around_the_clock: bool = False
    weekly: tuple[Intervals, ...] = (_NOTHING,) * 7
    days: tuple[SpecialDay, ...] = ()

    def working_calendar(self) -> WorkingCalendar:
        return WorkingCalendar(
            zone=ZoneInfo(self.time_zone),
            weekly=self.weekly,
            exceptions={day.date: day.hours for day in self.days},
            around_the_clock=self.around_the_clock,
        )


# Refusals


def check_hours(hours: Hours) -> None:
    """Raise InvertedInterval, IntervalTooLong, OverlappingIntervals, DateGivenTwice, TooManyDays or
    CalendarNeverOpens for hours that nobody can work by.
    """
    for weekday, intervals in zip(Weekday, hours.weekly, strict=True):
        _check_day(intervals, str(weekday.label), field=weekday.word)
    _check_week(hours.weekly)
    if len(hours.days) > MAX_DAYS:
        raise TooManyDays(field="exceptions")
    for earlier, later in pairwise(hours.days):
        if earlier.date == later.date:
            raise DateGivenTwice(
                _("%(date)s has hours of its own already.") % {"date": later.date}, field="exceptions"
            )
    for day in hours.days:
        _check_day(day.hours, f"{day.date}", field="exceptions")
    if not hours.around_the_clock and not any(hours.weekly) and not any(day.hours for day in hours.days):
        raise CalendarNeverOpens(_("Give at least one weekday working hours."), field="monday")


def _check_day(intervals: Intervals, name: str, *, field: str) -> None:
    if len(intervals) > MAX_INTERVALS_A_DAY:
        raise TooManyDays(field=field)
    for begins, ends in intervals:
        written = {"day": name, "hours": write_interval((begins, ends))}
        if begins >= MINUTES_A_DAY or ends > begins + MINUTES_A_DAY:
            sentence = _("%(day)s, %(hours)s: hours begin on their day and end within 24 hours.")
            raise IntervalTooLong(sentence % written, field=field)
        if ends <= begins:
            sentence = _(
                "%(day)s, %(hours)s: hours must end after they begin. Write %(later)s for the next day."
            )
            raise InvertedInterval(sentence % {**written, "later": f"{time_of_day(ends)}+1"}, field=field)
    for one, two in pairwise(sorted(intervals)):
        if two[0] < one[1]:
            raise _overlap(name, one, name, two, field=field)


def _check_week(weekly: Iterable[Intervals]) -> None:
    """No night reaches into the hours of the day after; Sunday's goes into Monday."""
    spans = sorted(
        (day * MINUTES_A_DAY + begins, day * MINUTES_A_DAY + ends, Weekday(day), (begins, ends))
        for day, intervals in enumerate(weekly)
        for begins, ends in intervals
    )
    if not spans:
        return
    first = spans[0]
    around = (first[0] + _MINUTES_A_WEEK, first[1] + _MINUTES_A_WEEK, *first[2:])
    for one, two in pairwise([*spans, around]):
        if two[0] < one[1]:
            raise _overlap(str(one[2].label), one[3], str(two[2].label), two[3], field=two[2].word)


def _overlap(
    one_day: str, one: MinuteSpan, other_day: str, other: MinuteSpan, *, field: str
) -> OverlappingIntervals:
    sentence = _("%(one)s and %(other)s overlap.") % {
        "one": f"{one_day} {write_interval(one)}",
        "other": f"{other_day} {write_interval(other)}",
    }
    return OverlappingIntervals(sentence, field=field)


# As people write them


def time_of_day(minute: int) -> str:
    """`08:30` for 510; midnight at the end of a day is `24:00`, six the next morning `06:00+1`."""
    later, minute = (1, minute - MINUTES_A_DAY) if minute > MINUTES_A_DAY else (0, minute)
    return f"{minute // 60:02}:{minute % 60:02}{'+1' * later}"


def read_time(typed: str) -> int:
    """Minutes after midnight of `8:30`, `24:00`, `06:00+1` or, the same, `30:00`. Raises UnreadableTime."""
    found = _TIME.fullmatch(typed.strip())
    if found is None or int(found[2]) > 59:
        raise UnreadableTime
    minute = int(found[1]) * 60 + int(found[2]) + (MINUTES_A_DAY if found[3] else 0)
    if minute > LATEST_MINUTE:
        raise UnreadableTime
    return minute


def write_interval(interval: MinuteSpan) -> str:
    return f"{time_of_day(interval[0])}–{time_of_day(interval[1])}"


def write_hours(intervals: Intervals) -> str:
    """`08:00–12:00, 13:00–17:00`; nothing for a closed day."""
    return ", ".join(write_interval(interval) for interval in intervals)


def read_hours(typed: str) -> Intervals:
    """The intervals of a day, in order; nothing for nothing. Raises UnreadableHours, UnreadableTime."""
    return tuple(sorted(_read_intervals(typed)))


def _read_intervals(typed: str) -> Iterator[MinuteSpan]:
    for part in filter(None, (part.strip() for part in typed.replace(";", ",").split(","))):
        times = _BETWEEN.split(part)
        if len(times) != 2:
            raise UnreadableHours
        yield read_time(times[0]), read_time(times[1])


# Public holidays


def public_holidays(country: str, years: Iterable[int]) -> dict[date, str]:
    """Public holidays with their names in order of their dates; the Monday that stands for a Sunday is
    one of its own. Nothing for a country that nobody knows the holidays of.
    """
    try:
        found: Mapping[Any, Any] = holidays.country_holidays(country, years=list(years), language="en_US")
    except NotImplementedError:
        return {}
    return {day: str(name) for day, name in sorted(found.items())}


def with_holidays(days: Iterable[SpecialDay], found: Mapping[date, str]) -> tuple[SpecialDay, ...]:
    """The days with these holidays. A date that has hours of its own keeps them."""
    known = {day.date: day for day in days}
    known |= {day: SpecialDay(day, name[:120]) for day, name in found.items() if day not in known}
    return tuple(known[day] for day in sorted(known))
