"""From expiries, proofs and disputes to the record and the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accountability.actions.recording import account_for_feed, catch_up, hold_accountable
from accountability.enums import Cause
from accountability.models import Breach, FeedPlace, PointsEntry, PointsRule
from accountability.queries import breach_counts, breaches_of, late_answers, leaderboard, people_board
from accounts.models import User
from common.months import Month
from departments.models import Calendar, Category, Department
from departments.tests.factories import DepartmentFactory, office_hours, staff_member
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import reopen_ticket, resolve_ticket, start_work
from tickets.actions.movement import transfer_ticket
from tickets.actions.verification import dispute_resolution, verify_resolution
from tickets.enums import EventKind, Promise
from tickets.feed import latest_position, stamp_positions
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
        {
            "department": str(category.department.pk),
            "name": category.department.name,
            "seconds": 24 * 3600,
            "share": 100,
            "over_target": False,
            "agents": [{"agent": str(agent.pk), "seconds": 24 * 3600}],
        }
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
    assert (breach.department, breach.assignee, breach.cause) == (
        category.department,
        agent,
        Cause.HANDED_ON,
    )
    assert [(part["seconds"], part["share"]) for part in breach.custody_split] == [
        (18 * 3600, 75),
        (6 * 3600, 25),
    ]
    points = dict(PointsEntry.objects.filter(person=None).values_list("department__name", "points"))
    assert points == {category.department.name: -8, roads.name: -2}
    # The rest is the time in which nobody had it: the department's alone.
    assert PointsEntry.objects.get(person__isnull=False).points == -8


def almost_used_up(ticket: Ticket) -> datetime:
    """When 95 % of the promised day are over."""
    return ticket.created_at + timedelta(hours=22, minutes=48)


def test_a_transfer_at_95_percent_does_not_move_the_blame(
    category: Category, agent: User, roads: Department
) -> None:
    bongani = staff_member(roads, full_name="Bongani Zulu")
    ticket = report_ticket(category)
    with time_machine.travel(almost_used_up(ticket), tick=False):
        transfer_ticket(ticket, department=roads, reason="A storm drain", acting_user=agent)
    expire(ticket)

    assert Ticket.objects.get(pk=ticket.pk).assignee == bongani
    breach = Breach.objects.get()
    assert (breach.department, breach.assignee) == (category.department, agent)
    assert [part["share"] for part in breach.custody_split] == [95, 5]
    assert ledger() == [("expired", "Sipho Nkosi", -10), ("expired", None, -10)]
    assert set(PointsEntry.objects.values_list("department", flat=True)) == {category.department.pk}


def test_a_transfer_at_95_percent_does_not_move_the_praise(
    category: Category, agent: User, roads: Department
) -> None:
    bongani = staff_member(roads, full_name="Bongani Zulu")
    ticket = report_ticket(category)
    with time_machine.travel(almost_used_up(ticket), tick=False) as clock:
        transfer_ticket(ticket, department=roads, reason="A storm drain", acting_user=agent)
        clock.shift(timedelta(hours=1))
        verify(ticket, bongani)
    assert ledger() == [("verified_in_time", "Sipho Nkosi", 10), ("verified_in_time", None, 10)]
    assert set(PointsEntry.objects.values_list("department", flat=True)) == {category.department.pk}


def test_a_department_with_office_hours_is_not_let_off_for_the_night(
    category: Category, agent: User, roads: Department
) -> None:
    """The promise runs around the clock, so that is how the time of both is counted."""
    office_hours(roads.calendar)
    with time_machine.travel("2026-03-16T06:00:00+02:00", tick=False):
        ticket = report_ticket(category)
    with time_machine.travel(ticket.created_at + timedelta(hours=10), tick=False):
        transfer_ticket(ticket, department=roads, reason="A storm drain", acting_user=agent)
    expire(ticket)
    assert Breach.objects.get().department == roads
    assert Breach.objects.get().custody_split[1]["seconds"] == 14 * 3600


def test_a_missed_answer_is_a_breach_of_its_own_and_costs_no_points(category: Category, agent: User) -> None:
    ticket = report_ticket(category)
    with time_machine.travel(ticket.created_at + timedelta(hours=5), tick=False):
        expire_due_tickets(acting_user=None)
    account_for(ticket, EventKind.RESPONSE_LATE)
    breach = Breach.objects.get()
    assert (breach.promise, breach.breached_at) == (Promise.RESPOND, ticket.created_at + timedelta(hours=4))
    assert (breach.department, breach.assignee, breach.cause) == (
        category.department,
        agent,
        Cause.NOT_STARTED,
    )
    assert ledger() == []
    expire(ticket)
    assert set(Breach.objects.values_list("promise", flat=True)) == {"respond", "resolve"}
    start, end = ticket.created_at, ticket.created_at + 2 * DAY
    assert breach_counts(category.organisation.pk, start, end) == {category.department.pk: (1, 1)}
    assert late_answers(category.organisation.pk, start, end) == {category.department.pk: 1}


def test_work_that_is_done_in_time_is_rewarded_where_no_proof_is_asked_for(
    category: Category, agent: User
) -> None:
    category.organisation.verification_required = False
    category.organisation.save()
    ticket = report_ticket(category)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    account_for(ticket, EventKind.RESOLVED)
    assert ledger() == [("resolved_in_time", "Sipho Nkosi", 10), ("resolved_in_time", None, 10)]


def test_the_claim_alone_earns_nothing_where_a_proof_is_asked_for(category: Category, agent: User) -> None:
    ticket = report_ticket(category)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    account_for(ticket, EventKind.RESOLVED)
    assert ledger() == []


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
    assert catch_up(category.organisation.pk, progress=done.append) == sum(done) == 4
    assert (ledger(), Breach.objects.of_promise(Promise.RESOLVE).count()) == (before, 1)


def test_new_events_are_accounted_for_in_feed_order_and_once(category: Category, agent: User) -> None:
    tickets = [report_ticket(category) for _ticket in range(3)]
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        expire_due_tickets(acting_user=None)
    assert account_for_feed() == 0
    stamp_positions()
    assert account_for_feed(batch=4) == 6
    assert (Breach.objects.count(), len(ledger())) == (6, 6)
    assert [account_for_feed(), FeedPlace.objects.get().position] == [0, latest_position()]
    FeedPlace.objects.update(position=0)
    account_for_feed()
    assert (Breach.objects.count(), len(ledger())) == (6, 6)
    assert set(Breach.objects.values_list("ticket", flat=True)) == {ticket.pk for ticket in tickets}


def test_an_event_that_cannot_be_accounted_for_does_not_hold_up_the_others(
    category: Category, agent: User, caplog: pytest.LogCaptureFixture
) -> None:
    broken, fine = report_ticket(category), report_ticket(category)
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        expire_due_tickets(acting_user=None)
    # A zone that no calendar can be read in.
    other = Calendar.objects.create(
        organisation=category.organisation, name="Nowhere", time_zone="Nowhere/Land"
    )
    broken.clocks.update(calendar=other)
    stamp_positions()
    account_for_feed()
    assert set(Breach.objects.values_list("ticket", flat=True)) == {fine.pk}
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert FeedPlace.objects.get().position == latest_position()


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
