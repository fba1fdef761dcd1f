"""A calendar as one page shows it: its week as bars, its special dates, what works by it, its versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from departments.actions.calendars import what_uses
from departments.enums import Weekday
from departments.hours import Hours, write_hours
from departments.models import Calendar
from departments.uses import promises_left_behind
from departments.working_time import MINUTES_A_DAY, Intervals


@dataclass(frozen=True)
class Bar:
    """Open time on a day's line, in minutes. Its night may have begun the day before."""

    begins: int
    length: int
    is_from_yesterday: bool = False


@dataclass(frozen=True)
class WeekLine:
    weekday: Weekday
    hours: str
    bars: list[Bar]


@dataclass(frozen=True)
class DayLine:
    date: date
    name: str
    hours: str


@dataclass(frozen=True)
class CalendarSheet:
    calendar: Calendar
    hours: Hours
    week: list[WeekLine]
    days_to_come: list[DayLine]
    days_gone: list[DayLine]
    uses: list[str]
    earlier: list[Calendar]
    # How many open promises still run by earlier versions.
    left_behind: int

    @property
    def names_of_days(self) -> dict[date, str]:
        return {day.date: day.name for day in self.hours.days}


def read_sheet(calendar: Calendar, *, today: date) -> CalendarSheet:
    hours = calendar.hours()
    days = [DayLine(day.date, day.name, write_hours(day.hours)) for day in hours.days]
    return CalendarSheet(
        calendar=calendar,
        hours=hours,
        week=list(week_lines(hours)),
        days_to_come=[day for day in days if day.date >= today],
        days_gone=[day for day in reversed(days) if day.date < today],
        uses=what_uses(calendar),
        earlier=list(calendar.earlier_versions.select_related("created_by").newest_first()),
        left_behind=promises_left_behind(calendar),
    )


def week_lines(hours: Hours) -> Iterator[WeekLine]:
    for weekday in Weekday:
        own, before = hours.weekly[weekday], hours.weekly[weekday - 1]
        bars = [Bar(0, MINUTES_A_DAY)] if hours.around_the_clock else list(_bars(own, before))
        yield WeekLine(weekday, write_hours(own), bars)


def _bars(own: Intervals, before: Intervals) -> Iterator[Bar]:
    for _begins, ends in before:
        if ends > MINUTES_A_DAY:
            yield Bar(0, ends - MINUTES_A_DAY, is_from_yesterday=True)
    for begins, ends in own:
        yield Bar(begins, min(ends, MINUTES_A_DAY) - begins)
