"""Who consumed the time, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from accountability.custody import Span, by_department, by_person, held_until, shares
from departments.working_time import WorkingCalendar

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
ALWAYS = WorkingCalendar(zone=ZoneInfo("UTC"), around_the_clock=True)


def span(department: str, person: str | None, begins: int, ends: int | None) -> Span:
    """A custody from one hour to another."""
    return Span(
        department_id=department,
        department=department.title(),
        assignee_id=person,
        started_at=START + timedelta(hours=begins),
        ended_at=None if ends is None else START + timedelta(hours=ends),
        working_seconds=None if ends is None else (ends - begins) * 3600,
        hours=ALWAYS,
    )


def test_time_counts_up_to_the_moment_and_not_after_it() -> None:
    spans = [span("water", "sipho", 0, 6), span("roads", "bongani", 6, 20), span("parks", "ann", 20, None)]
    held = held_until(spans, START + timedelta(hours=10))
    assert by_department(held) == {"water": 6 * 3600, "roads": 4 * 3600}
    assert by_person(held) == {("water", "sipho"): 6 * 3600, ("roads", "bongani"): 4 * 3600}


def test_coming_back_adds_up_and_waiting_in_a_queue_is_the_departments_alone() -> None:
    spans = [span("water", None, 0, 2), span("roads", "bongani", 2, 3), span("water", "sipho", 3, None)]
    held = held_until(spans, START + timedelta(hours=5))
    assert by_department(held) == {"water": 4 * 3600, "roads": 3600}
    assert by_person(held) == {("roads", "bongani"): 3600, ("water", "sipho"): 2 * 3600}


def test_points_are_dealt_out_by_time_in_whole_numbers() -> None:
    assert shares(-10, {"water": 2, "roads": 1}) == {"water": -7, "roads": -3}
    assert shares(10, {"water": 1, "roads": 1, "parks": 1}) == {"water": 4, "roads": 3, "parks": 3}


def test_who_held_it_for_next_to_nothing_gets_nothing() -> None:
    assert shares(-10, {"water": 99, "roads": 1}) == {"water": -10}


def test_when_nobody_consumed_time_the_last_holder_takes_it() -> None:
    assert shares(10, {"water": 0, "roads": 0}) == {"roads": 10}
    assert shares(10, {}) == {}


@given(
    st.integers(-50, 50).filter(bool), st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), min_size=1)
)
def test_the_shares_always_add_up(points: int, weights: dict[str, int]) -> None:
    dealt = shares(points, weights)
    assert sum(dealt.values()) == points
    assert all(share * points > 0 for share in dealt.values())
