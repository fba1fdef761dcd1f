"""Whatever happens, every total anybody is shown is the plain sum of the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accountability.actions.appeals import appeal, decide_appeal
from accountability.actions.points import change_rule, reverse_entry
from accountability.actions.recording import hold_accountable
from accountability.models import PointsEntry, PointsRule
from accountability.queries import leaderboard, people_board
from accounts.enums import Role
from accounts.models import Organisation, User
from common.errors import DomainError
from common.months import Month
from departments.models import Category
from departments.tests.factories import staff_member
from tickets.enums import EventKind, Visibility
from tickets.events import build_event, write_events
from tickets.models import Ticket
from tickets.tests.api import ROOT, api_client
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("Africa/Johannesburg")
PENALTIES = {EventKind.EXPIRED: -10, EventKind.DISPUTED: -5, EventKind.REOPENED: -3}

which = st.integers(0, 5)
OPERATIONS = st.one_of(
    st.tuples(st.just("award"), which),
    st.tuples(st.just("award"), which),
    st.tuples(st.just("penalise"), which, st.sampled_from(sorted(PENALTIES))),
    st.tuples(st.just("reverse"), which),
    st.tuples(st.just("appeal"), which, st.booleans()),
    st.tuples(st.just("change_rule"), st.sampled_from([(10, None), (7, None), (10, 15), (20, 25), (3, 1)])),
    st.tuples(st.just("next_month")),
)


@dataclass
class World:
    """The real thing, and beside it what anybody with a pencil would have written down."""

    category: Category
    boss: User
    people: list[User]
    tickets: list[Ticket]
    travel: Any
    points: int = 10
    cap: int | None = None
    # (month, person or None for the department) -> points
    totals: dict[tuple[Month, Any], int] = field(default_factory=lambda: defaultdict(int))
    # (month, person) -> rewards, reversed or not
    rewards: dict[tuple[Month, Any], int] = field(default_factory=lambda: defaultdict(int))
    rewarded: set[tuple[Any, Any]] = field(default_factory=set)

    @property
    def organisation(self) -> Organisation:
        return self.category.organisation

    @property
    def month(self) -> Month:
        return Month.of(datetime.now(UTC), ZONE)

    # What can happen

    def award(self, number: int) -> None:
        ticket = self.tickets[number % len(self.tickets)]
        self._tell(ticket, EventKind.VERIFIED)
        for person in (None, ticket.assignee_id):
            if (ticket.pk, person) in self.rewarded:
                continue
            given = self.points
            if person is not None and self.cap is not None:
                given = max(min(given, self.cap - self.rewards[self.month, person]), 0)
            if given:
                self.rewarded.add((ticket.pk, person))
                self.rewards[self.month, person] += given
                self.totals[self.month, person] += given

    def penalise(self, number: int, kind: EventKind) -> None:
        ticket = self.tickets[number % len(self.tickets)]
        self._tell(ticket, kind)
        for person in (None, ticket.assignee_id):
            self.totals[self.month, person] += PENALTIES[kind]

    def reverse(self, number: int) -> None:
        entry = self._entry(number)
        if entry is not None and self._happens(
            lambda: reverse_entry(entry, reason="Wrong.", acting_user=self.boss)
        ):
            self._take_back(entry)

    def appeal(self, number: int, grant: bool) -> None:
        entry = self._entry(number)
        if entry is None or entry.person is None:
            return
        made: list[Any] = []
        if self._happens(lambda: made.append(appeal(entry, reason="Not me.", acting_user=entry.person))):
            decide_appeal(made[0], grant=grant, reason="So.", acting_user=self.boss)
            if grant:
                self._take_back(entry)

    def change_rule(self, worth: tuple[int, int | None]) -> None:
        rule = PointsRule.objects.in_force(self.organisation.pk).for_kind(EventKind.VERIFIED).first()
        if rule is not None:
            self.points, self.cap = worth
            change_rule(rule, points=self.points, monthly_cap=self.cap, acting_user=self.boss)

    def next_month(self) -> None:
        self.travel.shift(timedelta(days=20))

    # How it is done

    def _tell(self, ticket: Ticket, kind: EventKind) -> None:
        event = build_event(ticket, kind, acting_user=None, visibility=Visibility.PUBLIC)
        write_events([event])
        # Twice, because delivery is at least once.
        hold_accountable([event.pk])
        hold_accountable([event.pk])

    def _entry(self, number: int) -> PointsEntry | None:
        entries = list(PointsEntry.objects.order_by("created_at", "pk").select_related("person"))
        return entries[number * 3 % len(entries)] if entries else None

    def _happens(self, act: Any) -> bool:
        try:
            act()
        except DomainError:
            return False
        return True

    def _take_back(self, entry: PointsEntry) -> None:
        self.totals[Month.of(entry.occurred_at, ZONE), entry.person_id] -= entry.points


@pytest.fixture
def world() -> Iterator[World]:
    with time_machine.travel(START, tick=False) as travel:
        category = burst_pipe_category()
        boss = staff_member(category.department, role=Role.ORGANISATION_ADMIN)
        boss.department_memberships.update(is_available=False)
        people = [staff_member(category.department, capacity=500) for _ in range(2)]
        tickets = [report_ticket(category) for _ in range(4)]
        assert {ticket.assignee_id for ticket in tickets} == {person.pk for person in people}
        yield World(category, boss, people, tickets, travel)


def plain_sums(world: World) -> dict[tuple[Month, Any], int]:
    """Added up by hand, entry by entry."""
    sums: dict[tuple[Month, Any], int] = defaultdict(int)
    for entry in PointsEntry.objects.all():
        sums[Month.of(entry.occurred_at, ZONE), entry.person_id] += entry.points
    return sums


def boards(world: World, month: Month) -> dict[Any, int]:
    found = {row.key: row for row in people_board(world.category.department, month)}
    (ours,) = leaderboard(world.organisation, month)
    assert all(row.points == row.rewards + row.penalties for row in (ours, *found.values()))
    return {key: row.points for key, row in found.items()} | {None: ours.points}


def boards_over_http(world: World, month: Month) -> dict[Any, int]:
    client, found = api_client(world.boss), {}
    for kind in ({"kind": "people", "department": world.category.department.code}, {"kind": "departments"}):
        answer = client.get(f"{ROOT}/leaderboards/", {"month": str(month), **kind})
        for row in answer.json()["standings"]:
            found[row["id"] if kind["kind"] == "people" else "None"] = row["points"]
    return found


def ledger_over_http(world: World, person: User) -> int:
    rows = api_client(world.boss).get(f"{ROOT}/points/", {"person": str(person.pk), "page_size": "200"})
    assert rows.json()["next"] is None
    return sum(row["points"] for row in rows.json()["results"])


# Few examples: each goes through the real database many times.
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    [
        ("award", 0),
        ("change_rule", (10, 15)),
        ("award", 2),
        ("penalise", 2, EventKind.DISPUTED),
        ("next_month",),
        ("appeal", 1, True),
        ("award", 1),
        ("penalise", 1, EventKind.EXPIRED),
        ("appeal", 3, False),
        ("reverse", 0),
        ("award", 3),
    ]
)
@given(st.lists(OPERATIONS, min_size=6, max_size=12))
def test_every_total_is_the_sum_of_the_ledger(world: World, operations: list[Any]) -> None:
    fresh = World(world.category, world.boss, world.people, world.tickets, world.travel)
    fresh.travel.move_to(START)
    with transaction.atomic():
        for name, *values in operations:
            fresh.travel.shift(60)
            getattr(fresh, name)(*values)
        sums = plain_sums(fresh)
        assert {key: total for key, total in fresh.totals.items() if total} == {
            key: total for key, total in sums.items() if total
        }
        for month in {month for month, _person in sums}:
            theirs = {person: total for (of, person), total in sums.items() if of == month}
            assert boards(fresh, month) == theirs
            assert boards_over_http(fresh, month) == {str(key): total for key, total in theirs.items()}
        for person in fresh.people:
            assert ledger_over_http(fresh, person) == sum(
                total for (_month, key), total in sums.items() if key == person.pk
            )
        transaction.set_rollback(True)
