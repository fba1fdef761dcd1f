"""Working time as arithmetic: laws for any opening hours, and days that people can check by hand."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from departments.tests.factories import CalendarFactory, office_hours
from departments.tests.slow_hours import SlowHours
from departments.working_time import (
    LATEST_MINUTE,
    MINUTES_A_DAY,
    CalendarNeverOpens,
    Intervals,
    WorkingCalendar,
)

HOUR = 3600
JOHANNESBURG = ZoneInfo("Africa/Johannesburg")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE: tuple[Intervals, ...] = (((8 * 60, 16 * 60),),) * 5 + ((), ())
SA_HOLIDAYS: dict[date, Intervals] = dict.fromkeys(holidays.country_holidays("ZA", years=[2025, 2026]), ())
TSHWANE = WorkingCalendar(JOHANNESBURG, weekly=OFFICE, exceptions=SA_HOLIDAYS)


def at(text: str, zone: ZoneInfo = JOHANNESBURG) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# Laws

# A busy machine draws slowly; that says nothing about the law.
LAW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def days(draw: st.DrawFn) -> Intervals:
    """Up to three intervals of one day in order, the last perhaps into the next day."""
    edges = sorted(draw(st.lists(st.integers(0, MINUTES_A_DAY), max_size=6, unique=True)))
    intervals = list(zip(edges[::2], edges[1::2], strict=False))
    later = draw(st.just(0) | st.integers(1, MINUTES_A_DAY))
    if intervals and later:
        opens, closes = intervals.pop()
        intervals.append((opens, closes + later))
    return tuple(intervals)


ZONES = [AMSTERDAM, NEW_YORK, JOHANNESBURG, ZoneInfo("Africa/Cairo"), ZoneInfo("Australia/Lord_Howe")]


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    """Any opening hours in zones with and without clock changes, with exceptions around one of these."""
    zone = draw(st.sampled_from(ZONES))
    if draw(st.integers(0, 9)) == 0:
        return WorkingCalendar(zone, around_the_clock=True)
    weekly = draw(st.lists(days(), min_size=7, max_size=7))
    # All durations of the tests fit into the ten years that a calendar looks ahead.
    assume(sum(closes - opens for day in weekly for opens, closes in day) >= 2 * 60)
    near = st.dates(date(2026, 3, 1), date(2026, 4, 5))
    exceptions = draw(st.dictionaries(near, days(), max_size=8))
    return WorkingCalendar(zone, weekly=tuple(weekly), exceptions=exceptions)


moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 15), timezones=st.just(UTC))  # noqa: DTZ001 the strategy adds the zone
around_new_year = st.datetimes(datetime(2026, 12, 30), datetime(2027, 1, 3), timezones=st.just(UTC))  # noqa: DTZ001
durations = st.integers(0, 400 * HOUR)


@given(calendars(), moments | around_new_year, durations)
@settings(LAW, max_examples=200)
def test_the_quick_way_says_what_the_slow_way_says(
    calendar: WorkingCalendar, start: datetime, seconds: int
) -> None:
    slow = SlowHours(calendar)
    due = calendar.add(start, seconds)
    assert due == slow.add(start, seconds)
    assert calendar.between(start, due) == slow.between(start, due)
    assert calendar.between(due, start) == 0


@given(calendars(), moments, st.lists(moments, max_size=6), durations)
@LAW
def test_what_was_asked_before_changes_no_answer(
    calendar: WorkingCalendar, start: datetime, others: list[datetime], seconds: int
) -> None:
    fresh = dataclasses.replace(calendar)
    for other in others:
        calendar.add(other.replace(year=other.year + seconds % 7 - 3), seconds)
    assert calendar.add(start, seconds) == fresh.add(start, seconds)
    assert calendar == fresh


@given(calendars(), moments, durations)
@LAW
def test_the_time_between_a_moment_and_a_moment_plus_so_much_is_so_much(
    calendar: WorkingCalendar, start: datetime, seconds: int
) -> None:
    assert calendar.between(start, calendar.add(start, seconds)) == seconds


@given(calendars(), moments, durations, durations)
@LAW
def test_adding_in_two_steps_is_adding_at_once(
    calendar: WorkingCalendar, start: datetime, first: int, second: int
) -> None:
    stepwise = calendar.add(calendar.add(start, first), second)
    if second:
        assert stepwise == calendar.add(start, first + second)


@given(calendars(), moments, moments, moments)
@LAW
def test_the_time_over_two_stretches_is_the_sum_of_both(
    calendar: WorkingCalendar, one: datetime, two: datetime, three: datetime
) -> None:
    first, second, third = sorted([one, two, three])
    parts = calendar.between(first, second) + calendar.between(second, third)
    assert calendar.between(first, third) == pytest.approx(parts, abs=1e-6)


@given(calendars(), moments, st.lists(st.tuples(st.integers(1, 90 * HOUR), st.integers(0, 90 * HOUR))))
@LAW
def test_pauses_move_the_end_and_never_the_time_worked(
    calendar: WorkingCalendar, start: datetime, spells: list[tuple[int, int]]
) -> None:
    """A clock that stops after each spell and goes on later has its whole target to work with."""
    target = sum(spell for spell, _pause in spells) + HOUR
    moment, worked, paused = start, 0.0, 0.0
    for spell, pause in spells:
        stopped = calendar.add(moment, spell)
        worked += calendar.between(moment, stopped)
        moment = stopped + timedelta(seconds=pause)
        paused += calendar.between(stopped, moment)
    due = calendar.add(moment, target - worked)
    assert calendar.between(start, due) - paused == pytest.approx(target, abs=1e-6)


@given(calendars(), moments, moments, durations)
@LAW
def test_who_starts_later_or_needs_longer_is_never_done_earlier(
    calendar: WorkingCalendar, one: datetime, other: datetime, seconds: int
) -> None:
    earlier, later = sorted([one, other])
    assume(seconds > 0)
    assert calendar.add(earlier, seconds) <= calendar.add(later, seconds)
    assert calendar.add(earlier, seconds) <= calendar.add(earlier, seconds + HOUR)


@given(calendars(), moments, moments)
@LAW
def test_working_time_is_never_negative_nor_longer_than_real_time(
    calendar: WorkingCalendar, start: datetime, end: datetime
) -> None:
    worked = calendar.between(start, end)
    assert 0 <= worked <= max((end - start).total_seconds(), 0)


@given(calendars(), moments, durations, st.sampled_from([AMSTERDAM, NEW_YORK]))
@LAW
def test_the_zone_in_which_a_moment_is_written_does_not_matter(
    calendar: WorkingCalendar, start: datetime, seconds: int, zone: ZoneInfo
) -> None:
    elsewhere = calendar.add(start.astimezone(zone), seconds)
    assert elsewhere.astimezone(UTC) == calendar.add(start, seconds)
    assert calendar.between(start.astimezone(zone), elsewhere) == seconds


@given(calendars(), moments)
@LAW
def test_the_door_opens_when_work_begins_again(calendar: WorkingCalendar, moment: datetime) -> None:
    opens = calendar.next_open(moment)
    assert calendar.is_open(opens)
    assert calendar.between(moment, opens) == 0
    assert calendar.is_open(moment) is (opens == moment)


# Days that can be checked by hand


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-16T09:00", 4, "2026-03-16T13:00"),  # a Monday morning
        ("2026-03-16T14:00", 4, "2026-03-17T10:00"),  # over night
        ("2026-03-16T08:00", 8, "2026-03-16T16:00"),  # a full day ends with the day, not with the next
        ("2026-03-16T16:00", 1, "2026-03-17T09:00"),  # at closing time
        ("2026-03-16T05:00", 1, "2026-03-16T09:00"),  # before opening
        ("2026-03-20T15:00", 2, "2026-03-23T09:00"),  # Friday; Human Rights Day is a Saturday: no Monday off
        ("2026-04-02T15:00", 2, "2026-04-07T09:00"),  # Good Friday to Family Day
        ("2026-04-26T12:00", 1, "2026-04-28T09:00"),  # Freedom Day is the Monday
        ("2026-08-07T15:00", 2, "2026-08-11T09:00"),  # Women's Day, a Sunday, is kept on the Monday
        ("2025-12-15T15:00", 2, "2025-12-17T09:00"),  # Day of Reconciliation
        ("2025-12-24T15:00", 2, "2025-12-29T09:00"),  # Christmas, Day of Goodwill, weekend
        ("2025-12-31T15:00", 2, "2026-01-02T09:00"),  # New Year's Day
    ],
)
def test_promises_around_weekends_and_south_african_holidays(start: str, hours: int, due: str) -> None:
    assert TSHWANE.add(at(start), hours * HOUR) == at(due)
    assert TSHWANE.between(at(start), at(due)) == hours * HOUR


def test_a_part_day_replaces_the_hours_of_its_date() -> None:
    calendar = WorkingCalendar(
        JOHANNESBURG,
        weekly=OFFICE,
        exceptions={date(2026, 12, 24): ((8 * 60, 12 * 60),), date(2026, 12, 25): ()},
    )
    assert calendar.add(at("2026-12-24T11:00"), 2 * HOUR) == at("2026-12-28T09:00")
    assert calendar.between(at("2026-12-24T00:00"), at("2026-12-25T00:00")) == 4 * HOUR


def test_an_exception_can_open_a_day_that_is_closed_otherwise() -> None:
    calendar = WorkingCalendar(JOHANNESBURG, exceptions={date(2026, 3, 21): ((600, 660), (720, 780))})
    assert calendar.add(at("2026-03-01T00:00"), 1.5 * HOUR) == at("2026-03-21T12:30")
    with pytest.raises(CalendarNeverOpens):
        calendar.add(at("2026-03-01T00:00"), 2 * HOUR + 1)


def test_several_intervals_a_day_leave_out_the_break() -> None:
    calendar = WorkingCalendar(JOHANNESBURG, weekly=(((480, 720), (780, 1020)),) * 7)
    assert calendar.add(at("2026-03-16T11:00"), 2 * HOUR) == at("2026-03-16T14:00")
    assert calendar.between(at("2026-03-16T12:15"), at("2026-03-16T12:45")) == 0


def test_an_interval_may_end_at_midnight_and_go_on_the_next_day() -> None:
    calendar = WorkingCalendar(JOHANNESBURG, weekly=(((1320, 1440),), ((0, 120),), (), (), (), (), ()))
    assert calendar.add(at("2026-03-16T23:00"), 2 * HOUR) == at("2026-03-17T01:00")


NIGHTS = WorkingCalendar(
    JOHANNESBURG,
    weekly=(((22 * 60, 30 * 60),),) * 5 + ((), ()),
    exceptions={date(2026, 12, 16): (), date(2026, 12, 24): ((18 * 60, 26 * 60),), date(2026, 12, 25): ()},
)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-16T23:00", 4, "2026-03-17T03:00"),  # a Monday night, over midnight
        ("2026-03-17T05:00", 2, "2026-03-17T23:00"),  # what is left of the night, then the next one
        ("2026-03-20T23:00", 7, "2026-03-21T06:00"),  # Friday's night ends on Saturday morning
        ("2026-03-21T06:00", 1, "2026-03-23T23:00"),  # and the next begins on Monday evening
        ("2026-12-15T23:00", 7, "2026-12-16T06:00"),  # the night before a holiday goes on into it
        ("2026-12-16T06:00", 1, "2026-12-17T23:00"),  # none begins on the holiday
        ("2026-12-24T17:00", 8, "2026-12-25T02:00"),  # a part night ends on the closed day
        ("2026-12-25T02:00", 1, "2026-12-28T23:00"),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(start: str, hours: int, due: str) -> None:
    assert NIGHTS.add(at(start), hours * HOUR) == at(due)
    assert NIGHTS.between(at(start), at(due)) == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "evening", "hours"),
    [
        (AMSTERDAM, "2026-03-28", 7),
        (AMSTERDAM, "2026-10-24", 9),
        (NEW_YORK, "2026-03-07", 7),
        (NEW_YORK, "2026-10-31", 9),
        (JOHANNESBURG, "2026-03-28", 8),
    ],
)
def test_a_night_with_a_clock_change_is_as_long_as_it_really_is(
    zone: ZoneInfo, evening: str, hours: int
) -> None:
    nights = WorkingCalendar(zone, weekly=(((22 * 60, 30 * 60),),) * 7)
    noon = at(f"{evening}T12:00", zone)
    assert nights.between(noon, noon + timedelta(days=1)) == hours * HOUR


def test_a_new_year_that_begins_in_the_night_is_counted_from_either_side() -> None:
    nights = WorkingCalendar(JOHANNESBURG, weekly=(((22 * 60, LATEST_MINUTE),),) * 7)
    assert nights.between(at("2027-01-01T00:00"), at("2027-01-01T10:00")) == 10 * HOUR
    assert nights.add(at("2027-01-01T01:00"), 26 * HOUR) == at("2027-01-02T03:00")
    assert nights.between(at("2026-12-31T23:00"), at("2027-01-01T23:00")) == 24 * HOUR


def test_what_overlaps_counts_once() -> None:
    early = {date(2026, 3, 17): ((4 * 60, 12 * 60),)}
    calendar = WorkingCalendar(JOHANNESBURG, weekly=(((22 * 60, 30 * 60),),) * 7, exceptions=early)
    assert calendar.between(at("2026-03-16T12:00"), at("2026-03-17T12:00")) == 14 * HOUR


def test_four_hundred_closed_days_in_a_row_are_only_a_long_wait() -> None:
    first = date(2026, 1, 1)
    closed: dict[date, Intervals] = {first + timedelta(days=day): () for day in range(400)}
    calendar = WorkingCalendar(JOHANNESBURG, weekly=(((480, 960),),) * 7, exceptions=closed)
    assert calendar.add(at("2026-01-01T08:00"), HOUR) == at("2027-02-05T09:00")


def test_a_calendar_without_working_time_says_so_instead_of_searching_for_ever() -> None:
    never = WorkingCalendar(JOHANNESBURG)
    with pytest.raises(CalendarNeverOpens) as refusal:
        never.add(at("2026-01-01T08:00"), 1)
    assert refusal.value.status_code == 409
    assert never.between(at("2026-01-01T08:00"), at("2026-02-01T08:00")) == 0
    assert never.is_open(at("2026-01-01T08:00")) is False
    assert never.add(at("2026-01-01T08:00"), 0) == at("2026-01-01T08:00")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (AMSTERDAM, "2026-03-29", 23),
        (AMSTERDAM, "2026-10-25", 25),
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 25),
        (JOHANNESBURG, "2026-03-29", 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: ZoneInfo, day: str, hours: int) -> None:
    calendar = WorkingCalendar(zone, weekly=(((0, MINUTES_A_DAY),),) * 7)
    midnight = at(f"{day}T00:00", zone)
    assert calendar.between(midnight, midnight + timedelta(days=1)) == hours * HOUR


@pytest.mark.parametrize(
    ("interval", "hours"),
    [((60, 240), 2), ((120, 180), 0), ((150, 240), 1), ((60, 150), 1), ((180, 240), 1)],
)
def test_hours_that_the_clocks_jump_over_do_not_exist(interval: tuple[int, int], hours: int) -> None:
    """On 29 March 2026 Amsterdam goes from 02:00 to 03:00."""
    calendar = WorkingCalendar(AMSTERDAM, weekly=((interval,),) * 7)
    assert (
        calendar.between(at("2026-03-29T00:00", AMSTERDAM), at("2026-03-30T00:00", AMSTERDAM)) == hours * HOUR
    )


def test_around_the_clock_counts_real_hours_over_a_clock_change() -> None:
    calendar = WorkingCalendar(AMSTERDAM, around_the_clock=True)
    start = at("2026-03-28T12:00", AMSTERDAM)
    assert calendar.add(start, 24 * HOUR) == at("2026-03-29T13:00", AMSTERDAM)
    assert calendar.between(start, at("2026-03-29T12:00", AMSTERDAM)) == 23 * HOUR


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-16T07:59:59", False),
        ("2026-03-16T07:59:59.999999", False),
        ("2026-03-16T08:00", True),
        ("2026-03-16T15:59:59", True),
        ("2026-03-16T16:00", False),
        ("2026-03-15T10:00", False),
        ("2026-04-03T10:00", False),
    ],
)
def test_the_door_is_open_from_the_first_second_to_before_the_last(moment: str, is_open: bool) -> None:
    assert TSHWANE.is_open(at(moment)) is is_open


# The rows behind it


@pytest.mark.django_db
def test_a_calendar_reads_its_rows_as_hours(django_assert_num_queries: object) -> None:
    calendar = office_hours(CalendarFactory.create())
    calendar.intervals.create(weekday=0, starts_minute=1020, ends_minute=1080)
    calendar.exceptions.create(date=date(2026, 3, 17), name="Stocktaking", starts_minute=600, ends_minute=660)
    calendar.exceptions.create(date=date(2026, 3, 17), name="Stocktaking", starts_minute=480, ends_minute=540)
    calendar.exceptions.create(date=date(2026, 3, 18), name="Closed")
    with django_assert_num_queries(2):  # type: ignore[operator]
        hours = calendar.working_calendar()
    assert hours.weekly[0] == ((480, 960), (1020, 1080))
    assert hours.weekly[5:] == ((), ())
    assert hours.exceptions == {date(2026, 3, 17): ((480, 540), (600, 660)), date(2026, 3, 18): ()}


@pytest.mark.django_db
def test_a_calendar_around_the_clock_needs_no_rows(django_assert_num_queries: object) -> None:
    calendar = CalendarFactory.create()
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert calendar.working_calendar().around_the_clock is True
