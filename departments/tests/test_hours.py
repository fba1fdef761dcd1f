"""Hours as people write them, and the ones that nobody can work by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import DomainError
from departments.hours import (
    MAX_DAYS,
    MAX_INTERVALS_A_DAY,
    DateGivenTwice,
    Hours,
    IntervalTooLong,
    InvertedInterval,
    OverlappingIntervals,
    SpecialDay,
    TooManyDays,
    UnreadableHours,
    UnreadableTime,
    check_hours,
    public_holidays,
    read_hours,
    read_time,
    time_of_day,
    with_holidays,
    write_hours,
)
from departments.working_time import LATEST_MINUTE, CalendarNeverOpens, Intervals

OFFICE = Hours("Africa/Johannesburg", weekly=(((480, 960),),) * 5 + ((), ()))
CHRISTMAS = date(2026, 12, 25)


def week(**days: str) -> Hours:
    """Hours with these weekdays, as typed, and the rest closed."""
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    return replace(OFFICE, weekly=tuple(read_hours(days.get(name, "")) for name in names))


@pytest.mark.parametrize(
    ("typed", "intervals", "written"),
    [
        ("", (), ""),
        ("  ", (), ""),
        ("08:00–16:30", ((480, 990),), "08:00–16:30"),
        ("8:00-16:30", ((480, 990),), "08:00–16:30"),
        ("8h00 to 16h30", ((480, 990),), "08:00–16:30"),
        ("13:00–17:00, 08:00–12:00", ((480, 720), (780, 1020)), "08:00–12:00, 13:00–17:00"),
        ("08:00–12:00; 13:00–17:00", ((480, 720), (780, 1020)), "08:00–12:00, 13:00–17:00"),
        ("00:00–24:00", ((0, 1440),), "00:00–24:00"),
        ("22:00–06:00+1", ((1320, 1800),), "22:00–06:00+1"),
        ("22:00–06:00 +1", ((1320, 1800),), "22:00–06:00+1"),
        ("22:00–30:00", ((1320, 1800),), "22:00–06:00+1"),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, intervals: Intervals, written: str) -> None:
    assert read_hours(typed) == intervals
    assert write_hours(intervals) == written


@pytest.mark.parametrize("typed", ["eight to four", "08:00", "08:00–", "08:00–12:00–13:00", "8–16", "closed"])
def test_what_is_no_hours_is_refused(typed: str) -> None:
    with pytest.raises((UnreadableHours, UnreadableTime)):
        read_hours(typed)


@pytest.mark.parametrize("typed", ["", "8", "08:75", "48:01", "24:01+1", "-1:00", "08:00+2", "٠٨:٠٠x"])
def test_what_no_clock_shows_is_refused(typed: str) -> None:
    with pytest.raises(UnreadableTime):
        read_time(typed)


@given(st.integers(0, LATEST_MINUTE))
def test_a_time_that_is_shown_can_be_typed_again(minute: int) -> None:
    assert read_time(time_of_day(minute)) == minute


@pytest.mark.parametrize(
    ("hours", "refusal", "field", "said"),
    [
        (
            week(monday="16:00–08:00"),
            InvertedInterval,
            "monday",
            "Monday, 16:00–08:00: hours must end after they begin. Write 08:00+1 for the next day.",
        ),
        (week(friday="08:00–08:00"), InvertedInterval, "friday", None),
        (week(monday="06:00–08:00+1"), IntervalTooLong, "monday", None),
        (week(monday="24:00–26:00"), IntervalTooLong, "monday", None),
        (
            week(tuesday="08:00–12:00, 11:00–17:00"),
            OverlappingIntervals,
            "tuesday",
            "Tuesday 08:00–12:00 and Tuesday 11:00–17:00 overlap.",
        ),
        (week(tuesday="08:00–12:00, 08:00–12:00"), OverlappingIntervals, "tuesday", None),
        (
            week(monday="22:00–06:00+1", tuesday="05:00–09:00"),
            OverlappingIntervals,
            "tuesday",
            "Monday 22:00–06:00+1 and Tuesday 05:00–09:00 overlap.",
        ),
        (
            week(sunday="22:00–06:00+1", monday="05:59–09:00"),
            OverlappingIntervals,
            "monday",
            "Sunday 22:00–06:00+1 and Monday 05:59–09:00 overlap.",
        ),
        (week(), CalendarNeverOpens, "monday", "Give at least one weekday working hours."),
        (
            week(monday=", ".join(f"{hour:02}:00–{hour:02}:30" for hour in range(MAX_INTERVALS_A_DAY + 1))),
            TooManyDays,
            "monday",
            None,
        ),
        (
            replace(OFFICE, days=(SpecialDay(CHRISTMAS, "Party", ((960, 480),)),)),
            InvertedInterval,
            "exceptions",
            None,
        ),
        (
            replace(OFFICE, days=(SpecialDay(CHRISTMAS, "Party", ((480, 720), (700, 800))),)),
            OverlappingIntervals,
            "exceptions",
            None,
        ),
        (
            replace(OFFICE, days=(SpecialDay(CHRISTMAS, "One"), SpecialDay(CHRISTMAS, "Two"))),
            DateGivenTwice,
            "exceptions",
            "2026-12-25 has hours of its own already.",
        ),
        (
            replace(
                OFFICE,
                days=tuple(SpecialDay(date.fromordinal(700_000 + day), "x") for day in range(MAX_DAYS + 1)),
            ),
            TooManyDays,
            "exceptions",
            None,
        ),
    ],
)
def test_hours_that_nobody_can_work_by_are_refused(
    hours: Hours, refusal: type[DomainError], field: str, said: str | None
) -> None:
    with pytest.raises(refusal) as caught:
        check_hours(hours)
    assert (type(caught.value), caught.value.field) == (refusal, field)
    assert said is None or caught.value.message == said


@pytest.mark.parametrize(
    "hours",
    [
        OFFICE,
        Hours("UTC", around_the_clock=True),
        week(monday="22:00–06:00+1", tuesday="06:00–22:00"),
        week(sunday="22:00–22:00+1", tuesday="00:00–24:00"),
        week(monday="08:00–08:00+1", tuesday="08:00–08:00+1"),
        replace(week(), days=(SpecialDay(CHRISTMAS, "Open for once", ((480, 720), (780, 1020))),)),
    ],
)
def test_hours_that_only_touch_are_fine(hours: Hours) -> None:
    check_hours(hours)
    assert hours.working_calendar().weekly == hours.weekly


@pytest.mark.parametrize(
    ("holiday", "name"),
    [
        (date(2022, 12, 26), "Day of Goodwill"),
        (date(2023, 1, 2), "New Year's Day (observed)"),
        (date(2024, 6, 17), "Youth Day (observed)"),
        (date(2026, 8, 10), "National Women's Day (observed)"),
        (date(2027, 3, 22), "Human Rights Day (observed)"),
        (date(2027, 12, 27), "Day of Goodwill (observed)"),
    ],
)
def test_a_south_african_holiday_on_a_sunday_is_kept_on_the_monday(holiday: date, name: str) -> None:
    assert public_holidays("ZA", [holiday.year])[holiday] == name


@pytest.mark.parametrize("monday", [date(2026, 3, 23), date(2026, 12, 28), date(2027, 5, 3)])
def test_a_south_african_holiday_on_a_saturday_moves_nowhere(monday: date) -> None:
    assert monday not in public_holidays("ZA", [monday.year])


def test_a_country_that_nobody_knows_has_no_holidays() -> None:
    assert public_holidays("XX", [2026]) == {}


def test_a_date_with_hours_of_its_own_keeps_them() -> None:
    own = SpecialDay(date(2026, 12, 16), "Half a day", ((480, 720),))
    days = with_holidays([own], public_holidays("ZA", [2026]))
    assert own in days
    assert SpecialDay(CHRISTMAS, "Christmas Day") in days
    assert [day.date for day in days] == sorted(day.date for day in days)
