from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.seed.hours import Hours
from demo.seed.scenes import latest_start
from departments.working_time import WorkingCalendar

OFFICE = WorkingCalendar(
    zone=ZoneInfo("Africa/Johannesburg"),
    weekly=(((450, 780), (810, 960)),) * 5 + ((), ()),
    exceptions={date(2026, 3, 21): (), date(2026, 4, 3): (), date(2026, 12, 24): ((450, 720),)},
)
ALWAYS = WorkingCalendar(zone=ZoneInfo("Africa/Johannesburg"), around_the_clock=True)
FIRST, LAST = date(2025, 12, 1), date(2027, 12, 31)
HOURS = {
    "office": (OFFICE, Hours(OFFICE, first=FIRST, last=LAST)),
    "always": (ALWAYS, Hours(ALWAYS, first=FIRST, last=LAST)),
}

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize("name", HOURS)
@settings(max_examples=80, deadline=None)
@given(start=moments, seconds=st.integers(0, 40 * 8 * 3600))
def test_the_moment_after_some_working_time_is_the_calendars(
    name: str, start: datetime, seconds: int
) -> None:
    calendar, hours = HOURS[name]
    assert hours.add(start, seconds) == calendar.add(start, seconds)


@pytest.mark.parametrize("name", HOURS)
@settings(max_examples=80, deadline=None)
@given(start=moments, end=moments)
def test_working_time_between_two_moments_is_the_calendars(name: str, start: datetime, end: datetime) -> None:
    calendar, hours = HOURS[name]
    assert hours.between(start, end) == calendar.between(start, end)


def test_work_goes_on_at_once_or_when_the_office_opens() -> None:
    hours = HOURS["office"][1]
    tuesday_ten = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
    assert hours.next_open(tuesday_ten) == tuesday_ten
    friday_evening = datetime(2026, 3, 20, 18, 0, tzinfo=UTC)
    assert hours.next_open(friday_evening) == datetime(2026, 3, 23, 5, 30, tzinfo=UTC)


def test_the_latest_start_leaves_exactly_the_time_asked_for() -> None:
    hours = HOURS["office"][1]
    by = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
    start = latest_start(hours, 5 * 3600, by=by)
    assert timedelta(0) <= by - hours.add(start, 5 * 3600) < timedelta(seconds=2)
