"""Who consumed the time, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accountability.custody import (
    Held,
    Promised,
    Span,
    accountable,
    by_department,
    by_person,
    consumed,
    shares,
    split,
)
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
    )


def used(spans: list[Span], until: int, *, since: int = 0, hours: WorkingCalendar = ALWAYS) -> list[Held]:
    return consumed(spans, Promised(START + timedelta(hours=since), hours), START + timedelta(hours=until))


def test_time_counts_up_to_the_moment_and_not_after_it() -> None:
    spans = [span("water", "sipho", 0, 6), span("roads", "bongani", 6, 20), span("parks", "ann", 20, None)]
    held = used(spans, 10)
    assert by_department(held) == {"water": 6 * 3600, "roads": 4 * 3600}
    assert by_person(held) == {("water", "sipho"): 6 * 3600, ("roads", "bongani"): 4 * 3600}


def test_time_before_the_promise_counts_against_nobody() -> None:
    spans = [span("water", "sipho", 0, 6), span("roads", "bongani", 6, None)]
    assert by_department(used(spans, 10, since=5)) == {"water": 3600, "roads": 4 * 3600}
    assert by_department(used(spans, 10, since=6)) == {"roads": 4 * 3600}


def test_all_time_is_measured_in_the_hours_of_the_promise() -> None:
    office = WorkingCalendar(zone=ZoneInfo("UTC"), weekly=(((480, 960),),) * 5 + ((),) * 2)
    spans = [span("water", "sipho", 0, 6), span("roads", "bongani", 6, None)]
    # From eight to sixteen: what roads held through the night is two hours.
    assert by_department(used(spans, 20, hours=office)) == {"water": 6 * 3600, "roads": 2 * 3600}


def test_coming_back_adds_up_and_waiting_in_a_queue_is_nobodys() -> None:
    spans = [span("water", None, 0, 2), span("roads", "bongani", 2, 3), span("water", "sipho", 3, None)]
    held = used(spans, 5)
    assert by_department(held) == {"water": 4 * 3600, "roads": 3600}
    assert by_person(held) == {
        ("water", None): 2 * 3600,
        ("roads", "bongani"): 3600,
        ("water", "sipho"): 2 * 3600,
    }


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([("water", "sipho", 0, 95), ("roads", "bongani", 95, None)], ("water", "sipho")),
        ([("water", "sipho", 0, 50), ("roads", "bongani", 50, None)], ("roads", "bongani")),
        ([("water", "sipho", 0, 40), ("roads", None, 40, 60), ("water", "ann", 60, None)], ("water", "ann")),
        ([("water", None, 0, 60), ("water", "sipho", 60, None)], ("water", None)),
        ([("water", None, 0, 50), ("water", "sipho", 50, None)], ("water", "sipho")),
        ([("roads", "ann", 0, 30), ("water", "sipho", 30, 60), ("water", "ben", 60, None)], ("water", "ben")),
    ],
)
def test_who_used_up_the_most_is_accountable_and_of_equals_who_had_it_last(
    spans: list[tuple[str, str | None, int, int | None]], expected: tuple[str, str | None]
) -> None:
    assert accountable(used([span(*one) for one in spans], 100)) == expected


def test_the_split_names_departments_and_agents_with_shares_that_add_up() -> None:
    spans = [span("water", "sipho", 0, 1), span("roads", None, 1, 2), span("roads", "bongani", 2, None)]
    assert split(used(spans, 3)) == [
        {
            "department": "water",
            "name": "Water",
            "seconds": 3600,
            "share": 33,
            "over_target": False,
            "agents": [{"agent": "sipho", "seconds": 3600}],
        },
        {
            "department": "roads",
            "name": "Roads",
            "seconds": 7200,
            "share": 67,
            "over_target": False,
            "agents": [{"agent": None, "seconds": 3600}, {"agent": "bongani", "seconds": 3600}],
        },
    ]


def test_a_department_is_over_its_target_where_one_of_its_custodies_was() -> None:
    def over(until: int, **targets: int) -> dict[str, bool]:
        spans = [span("water", "sipho", 0, 2), span("roads", "bongani", 2, 5), span("water", None, 5, None)]
        timed = [
            replace(row, target_at=START + timedelta(hours=targets[row.department_id]))
            if row.department_id in targets
            else row
            for row in spans
        ]
        return {part["department"]: part["over_target"] for part in split(used(timed, until))}

    assert over(6) == {"water": False, "roads": False}
    assert over(6, water=6, roads=5) == {"water": False, "roads": False}
    assert over(7, water=6, roads=4) == {"water": True, "roads": True}
    # What came after the promise ran out is not its business.
    assert over(4, water=6, roads=4) == {"water": False, "roads": False}


def test_points_are_dealt_out_by_time_in_whole_numbers() -> None:
    assert shares(-10, {"water": 2, "roads": 1}) == {"water": -7, "roads": -3}
    assert shares(10, {"water": 1, "roads": 1, "parks": 1}) == {"water": 4, "roads": 3, "parks": 3}


def test_who_held_it_for_next_to_nothing_gets_nothing() -> None:
    assert shares(-10, {"water": 99, "roads": 1}) == {"water": -10}


def test_when_nobody_consumed_time_the_last_holder_takes_it() -> None:
    assert shares(10, {"water": 0, "roads": 0}) == {"roads": 10}
    assert shares(10, {}) == {}


# A busy machine draws slowly; that says nothing about the law.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(-50, 50).filter(bool), st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), min_size=1)
)
def test_the_shares_always_add_up(points: int, weights: dict[str, int]) -> None:
    dealt = shares(points, weights)
    assert sum(dealt.values()) == points
    assert all(share * points > 0 for share in dealt.values())
