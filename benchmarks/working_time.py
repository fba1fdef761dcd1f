"""Working time: a million due times over a year's calendar, and how that compares to counting day by day.

    python -m benchmarks.working_time

The calendar has office hours with a lunch break, South Africa's public holidays and a part day; reports
come in at any second of the year, with targets from a minute to two months of working time. Seconds are
those of the processor, so that what else the machine does hardly matters.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from departments.tests.slow_hours import SlowHours
from departments.working_time import Intervals, WorkingCalendar

CALLS = 1_000_000
SLOW_CALLS = 1_000
BUDGET_SECONDS = 5
YEAR = 2026
LONGEST = 43 * 8 * 3600


def office() -> WorkingCalendar:
    closed: dict[date, Intervals] = dict.fromkeys(holidays.country_holidays("ZA", years=[YEAR, YEAR + 1]), ())
    week: Intervals = ((8 * 60, 12 * 60), (13 * 60, 17 * 60))
    return WorkingCalendar(
        zone=ZoneInfo("Africa/Johannesburg"),
        weekly=(week,) * 5 + ((), ()),
        exceptions={**closed, date(YEAR, 12, 24): ((8 * 60, 12 * 60),)},
    )


def questions(number: int) -> list[tuple[datetime, int]]:
    chance = random.Random(7)
    begin = datetime(YEAR, 1, 1, tzinfo=UTC)
    return [
        (begin + timedelta(seconds=chance.randrange(365 * 86400)), chance.randrange(60, LONGEST))
        for _number in range(number)
    ]


def measured(name: str, call: Callable[..., object], asked: Sequence[tuple[Any, ...]]) -> float:
    """Print a row; returns the seconds of one call."""
    began = time.process_time()
    for first, second in asked:
        call(first, second)
    took = time.process_time() - began
    print(f"{name:<36}{len(asked):>10}{took:>10.2f}{took / len(asked) * 1e6:>12.2f}")
    return took / len(asked)


def main() -> None:
    calendar, asked = office(), questions(CALLS)
    slow = SlowHours(calendar)
    assert all(calendar.add(*question) == slow.add(*question) for question in asked[:SLOW_CALLS])

    print(f"{'':<36}{'calls':>10}{'seconds':>10}{'µs a call':>12}")
    measured("laying a year out, and one due time", office().add, asked[:1])
    quick = measured("add", calendar.add, asked)
    measured("between", calendar.between, [(start, start + timedelta(days=30)) for start, _seconds in asked])
    slowly = measured("add, day by day", slow.add, asked[:SLOW_CALLS])
    print(f"add is {slowly / quick:.0f} times quicker than day by day")
    verdict = "within" if quick * CALLS < BUDGET_SECONDS else "OVER"
    print(f"{CALLS} due times take {quick * CALLS:.2f} s, {verdict} the budget of {BUDGET_SECONDS} s")


if __name__ == "__main__":
    main()
