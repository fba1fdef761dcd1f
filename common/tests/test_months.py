from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from common.months import Month, NotAMonth

PRETORIA = ZoneInfo("Africa/Johannesburg")


def test_a_month_is_written_as_it_is_read() -> None:
    assert str(Month.parse("2026-02")) == "2026-02"
    assert Month.parse("2026-02").name == "February 2026"


@pytest.mark.parametrize(
    "typed", ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "2026-11-01", "٢٠٢٦-١١"]
)
def test_anything_else_is_no_month(typed: str) -> None:
    with pytest.raises(NotAMonth):
        Month.parse(typed)


def test_years_follow_each_other() -> None:
    assert Month(2026, 12).following == Month(2027, 1)
    assert Month(2026, 1).previous == Month(2025, 12)
    assert Month(2026, 11).following.previous == Month(2026, 11)


def test_a_month_begins_at_local_midnight() -> None:
    start, end = Month(2026, 12).bounds(PRETORIA)
    assert start == datetime(2026, 11, 30, 22, tzinfo=UTC)
    assert end == datetime(2026, 12, 31, 22, tzinfo=UTC)
    assert Month.of(start, PRETORIA) == Month(2026, 12)
    assert Month.of(start, ZoneInfo("UTC")) == Month(2026, 11)
