"""From expiries, proofs and disputes to the record and the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accountability.actions.recording import catch_up, hold_accountable
from accountability.enums import Cause
from accountability.models import Breach, PointsEntry, PointsRule
from accountability.queries import breach_counts, breaches_of, leaderboard, people_board
from accounts.models import User
from common.months import Month
from departments.models import Category, Department
from departments.tests.factories import DepartmentFactory, staff_member
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import reopen_ticket, resolve_ticket, start_work
from tickets.actions.movement import transfer_ticket
from tickets.actions.verification import dispute_resolution, verify_resolution
from tickets.enums import EventKind, Promise
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.verification import code_for

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department, full_name="Sipho Nkosi", capacity=50)


@pytest.fixture
def roads(category: Category) -> Department:
    return DepartmentFactory.create(organisation=category.organisation, name="Roads and Stormwater")


def account_for(ticket: Ticket, kind: EventKind) -> None:
    """Twice, because delivery is at least once."""
    event = ticket.events.filter(kind=kind).order_by("-pk")[:1].get()
    hold_accountable([event.pk])
    hold_accountable([event.pk])


def expire(ticket: Ticket) -> None:
    assert ticket.due_at is not None
    with time_machine.travel(ticket.due_at + timedelta(hours=3), tick=False):
        expire_due_tickets(acting_user=None)
    account_for(ticket, EventKind.EXPIRED)


def verify(ticket: Ticket, agent: User) -> None:
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    verify_resolution(
        ticket, code=code_for(ticket.verifications.pending().get()), acting_user=ticket.reporter
    )
    account_for(ticket, EventKind.VERIFIED)


def ledger() -> list[tuple[str, str | None, int]]:
    rows = PointsEntry.objects.order_by("rule__code", "department__name", "person__full_name")
    return [
        (entry.rule.code, entry.person.full_name if entry.person else None, entry.points) for entry in rows
    ]


def test_an_expiry_is_one_breach_dated_at_its_due_time(category: Category, agent: User) -> None:
    ticket = report_ticket(category)
    expire(ticket)

    breach = Breach.objects.get()
    assert (breach.ticket, breach.promise, breach.breached_at) == (ticket, Promise.RESOLVE, ticket.due_at)
    assert (breach.department, breach.assignee) == (category.department, agent)
    assert breach.cause == Cause.NOT_STARTED
    assert breach.custody_split == [
        {"department": str(category.department.pk), "name": category.department.name, "seconds": 24 * 3600}
    ]
    assert ledger() == [("expired", "Sipho Nkosi", -10), ("expired", None, -10)]


def test_blame_follows_custody_and_not_the_last_holder(
    category: Category, agent: User, roads: Department
) -> None:
    ticket = report_ticket(category)
    with time_machine.travel(ticket.created_at + timedelta(hours=18), tick=False):
        transfer_ticket(ticket, department=roads, reason="A storm drain", acting_user=agent)
    expire(ticket)

    breach = Breach.objects.get()
    assert (breach.department, breach.cause) == (roads, Cause.NOBODY_FREE)
    assert [part["seconds"] for part in breach.custody_split] == [18 * 3600, 6 * 3600]
    points = dict(PointsEntry.objects.filter(person=None).values_list("department__name", "points"))
    assert points == {category.department.name: -8, roads.name: -2}
    assert PointsEntry.objects.get(person=agent).points == -10


def test_a_ticket_given_away_after_its_time_is_still_the_first_departments(
    category: Category, agent: User, roads: Department
) -> None:
    ticket = report_ticket(category)
    assert ticket.due_at is not None
    with time_machine.travel(ticket.due_at + timedelta(hours=1), tick=False):
        transfer_ticket(ticket, department=roads, reason="Not ours", acting_user=agent)
    account_for(ticket, EventKind.EXPIRED)
    assert Breach.objects.get().department == category.department


def test_a_fix_that_is_confirmed_in_time_is_rewarded(category: Category, agent: User) -> None:
    ticket = report_ticket(category)
    with time_machine.travel(ticket.created_at + timedelta(hours=2), tick=False):
        start_work(ticket, acting_user=agent)
        verify(ticket, agent)
    assert ledger() == [("verified_in_time", "Sipho Nkosi", 10), ("verified_in_time", None, 10)]
    assert Breach.objects.count() == 0


def test_a_fix_that_is_confirmed_late_is_not(category: Category, agent: User) -> None:
    ticket = report_ticket(category)
    expire(ticket)
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        verify(ticket, agent)
    assert [code for code, _person, _points in ledger()] == ["expired", "expired"]


def test_a_disputed_fix_costs_points(category: Category, agent: User) -> None:
    ticket = report_ticket(category)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    dispute_resolution(ticket, reason="Still running", acting_user=ticket.reporter)
    account_for(ticket, EventKind.DISPUTED)
    assert ledger() == [("disputed", "Sipho Nkosi", -5), ("disputed", None, -5)]


def test_a_reopened_ticket_costs_points(category: Category, agent: User) -> None:
    ticket = report_ticket(category)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    reopen_ticket(ticket, reason="Wrong house", acting_user=agent)
    account_for(ticket, EventKind.REOPENED)
    assert ledger() == [("reopened", "Sipho Nkosi", -3), ("reopened", None, -3)]


def test_an_organisation_can_switch_it_off(category: Category, agent: User) -> None:
    organisation = category.organisation
    organisation.accountability_enabled = False
    organisation.save()
    expire(report_ticket(category))
    assert (Breach.objects.count(), PointsEntry.objects.count(), PointsRule.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("statement", ["UPDATE {} SET points = 100", "DELETE FROM {}"])
def test_the_database_keeps_the_ledger_append_only(category: Category, agent: User, statement: str) -> None:
    expire(report_ticket(category))
    before = ledger()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(PointsEntry._meta.db_table))
    assert ledger() == before


def test_boards_add_up_the_ledger_of_a_month(category: Category, agent: User) -> None:
    with time_machine.travel("2026-03-10T08:00:00+02:00", tick=False) as clock:
        first, second = report_ticket(category), report_ticket(category)
        clock.shift(timedelta(hours=2))
        verify(first, agent)
        expire(second)
    march, april = Month(2026, 3), Month(2026, 4)
    (department,) = leaderboard(category.organisation, march)
    assert (department.name, department.points) == (category.department.name, 0)
    assert (department.rewards, department.penalties) == (10, -10)
    (person,) = people_board(category.department, march)
    assert (person.key, person.points) == (agent.pk, 0)
    assert leaderboard(category.organisation, april) == []
    start, end = march.bounds(timezone.get_default_timezone())
    assert breach_counts(category.organisation.pk, start, end) == {category.department.pk: (1, 1)}
    assert [breach.ticket for breach in breaches_of(category.department)] == [second]


def test_catching_up_records_the_past_once(category: Category, agent: User) -> None:
    late, good = report_ticket(category), report_ticket(category)
    verify(good, agent)
    expire(late)
    before = ledger()
    done: list[int] = []
    assert catch_up(category.organisation.pk, progress=done.append) == sum(done) == 2
    assert (ledger(), Breach.objects.count()) == (before, 1)


def queries_for(category: Category, count: int) -> int:
    tickets = [report_ticket(category) for _number in range(count)]
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        expire_due_tickets(acting_user=None)
    keys = [ticket.events.get(kind=EventKind.EXPIRED).pk for ticket in tickets]
    with CaptureQueriesContext(connection) as asked:
        hold_accountable(keys)
    return len(asked)


def test_three_expiries_cost_as_many_queries_as_one(category: Category, agent: User) -> None:
    expire(report_ticket(category))
    assert queries_for(category, 1) == queries_for(category, 3)
