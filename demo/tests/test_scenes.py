from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from demo.seed.scenes import latest_start
from departments.working_time import WorkingCalendar

OFFICE = WorkingCalendar(
    zone=ZoneInfo("Africa/Johannesburg"), weekly=(((450, 780), (810, 960)),) * 5 + ((), ())
)


def test_the_latest_start_leaves_exactly_the_time_asked_for() -> None:
    by = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
    start = latest_start(OFFICE, 5 * 3600, by=by)
    assert timedelta(0) <= by - OFFICE.add(start, 5 * 3600) < timedelta(seconds=2)
