"""Promises: what has run, what is left, and whose time it was, on a clock that the test turns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from departments.enums import Priority
from departments.models import Standard
from departments.tests.factories import CategoryFactory, StandardFactory, office_hours
from tickets.actions.assignment import override_assignment
from tickets.actions.conversation import add_message
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import reject_ticket, reopen_ticket, resolve_ticket, respond, start_work
from tickets.actions.movement import change_priority, promote_ticket, route_ticket, transfer_ticket
from tickets.actions.sweeps import close_unanswered_tickets
from tickets.actions.verification import dispute_resolution
from tickets.enums import ClockState, EventKind, Promise, Status
from tickets.models import Clock, Ticket
from tickets.tests.cast import Scene, set_scene, ticket_in
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)  # eight o'clock in Pretoria
HOUR = timedelta(hours=1)


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def scene(travel: time_machine.Traveller) -> Scene:
    """Respond within four hours, resolve within a day, around the clock."""
    return set_scene()


def clock(ticket: Ticket, promise: Promise = Promise.RESOLVE) -> Clock:
    return ticket.clocks.get(promise=promise)


def row(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_both_promises_start_with_the_report(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    dues = dict(ticket.clocks.values_list("promise", "due_at"))
    assert dues == {Promise.RESPOND: MONDAY + 4 * HOUR, Promise.RESOLVE: MONDAY + 24 * HOUR}
    assert clock(ticket).warn_at == MONDAY + 19.2 * HOUR
    assert row(ticket).due_at == MONDAY + 24 * HOUR


def test_a_kind_of_problem_without_a_standard_has_no_promise(scene: Scene) -> None:
    ticket = report_ticket(scene.other_category)
    assert (ticket.clocks.count(), row(ticket).due_at) == (0, None)


def test_time_in_which_the_customer_is_waited_for_does_not_count(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    travel.shift(3 * HOUR)
    respond(ticket, message="Which gate?", acting_user=scene.cast.own_agent)
    paused = clock(ticket)
    assert (paused.state, paused.elapsed_seconds, paused.due_at) == (ClockState.PAUSED, 3 * 3600, None)
    assert row(ticket).due_at is None
    travel.shift(timedelta(days=5))
    assert expire_due_tickets(acting_user=None) == 0
    add_message(ticket, body="The north gate.", acting_user=scene.cast.reporter)
    running = clock(ticket)
    assert (running.state, running.elapsed_seconds) == (ClockState.RUNNING, 3 * 3600)
    assert running.due_at == MONDAY + timedelta(days=5) + 24 * HOUR
    assert row(ticket).due_at == running.due_at


def test_a_dispute_goes_on_from_where_the_clock_stopped(scene: Scene, travel: time_machine.Traveller) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    travel.shift(10 * HOUR)
    resolve_ticket(ticket, note="Done.", acting_user=scene.cast.own_agent)
    assert (clock(ticket).state, clock(ticket).elapsed_seconds) == (ClockState.MET, 10 * 3600)
    travel.shift(timedelta(days=3))
    dispute_resolution(ticket, reason="Still runs.", acting_user=scene.cast.reporter)
    assert clock(ticket).state == ClockState.RUNNING
    assert clock(ticket).due_at == MONDAY + timedelta(days=3) + 24 * HOUR
    travel.shift(14 * HOUR)
    assert expire_due_tickets(acting_user=None) == 1
    assert row(ticket).expired_at == MONDAY + timedelta(days=3) + 24 * HOUR


def test_a_rejected_ticket_that_is_reopened_has_the_time_left_that_it_had(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    travel.shift(6 * HOUR)
    reject_ticket(ticket, reason="Not ours.", acting_user=scene.cast.own_agent)
    assert clock(ticket).state == ClockState.CANCELLED
    travel.shift(100 * HOUR)
    reopen_ticket(ticket, reason="It is.", acting_user=scene.cast.own_agent)
    assert clock(ticket).due_at == MONDAY + 106 * HOUR + 18 * HOUR


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(days=2)])
def test_a_breach_is_dated_at_its_due_time_when_the_work_comes_before_the_sweep(
    late: timedelta, scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    travel.shift(24 * HOUR + late)
    resolve_ticket(ticket, note="Done.", acting_user=scene.cast.own_agent)
    breached, due = clock(ticket), MONDAY + 24 * HOUR
    assert (breached.state, breached.breached_at, breached.elapsed_seconds) == (
        ClockState.BREACHED,
        due,
        24 * 3600,
    )
    assert row(ticket).expired_at == due
    expired = ticket.events.get(kind=EventKind.EXPIRED)
    assert (expired.occurred_at, expired.actor, expired.assignee) == (due, None, scene.cast.own_agent)
    assert (expired.department, expired.changes) == (
        scene.department,
        {"expired_at": [None, due.isoformat().replace("+00:00", "Z")]},
    )
    assert expire_due_tickets(acting_user=None) == 0


def test_the_sweep_dates_a_breach_the_same_and_only_once(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    travel.shift(40 * HOUR)
    assert [expire_due_tickets(acting_user=None) for _run in range(3)] == [1, 0, 0]
    assert row(ticket).expired_at == MONDAY + 24 * HOUR
    assert (row(ticket).status, ticket.events.filter(kind=EventKind.EXPIRED).count()) == (Status.OPEN, 1)
    assert clock(ticket, Promise.RESPOND).breached_at == MONDAY + 4 * HOUR


def test_what_is_broken_stays_broken(scene: Scene, travel: time_machine.Traveller) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    travel.shift(30 * HOUR)
    expire_due_tickets(acting_user=None)
    before = clock(ticket)
    change_priority(ticket, priority=Priority.LOW, reason="Small.", acting_user=None)
    resolve_ticket(ticket, note="Done.", acting_user=None)
    dispute_resolution(ticket, reason="No.", acting_user=scene.cast.reporter)
    respond(ticket, message="Where?", acting_user=None)
    add_message(ticket, body="There.", acting_user=scene.cast.reporter)
    resolve_ticket(ticket, note="Done.", acting_user=None)
    after = clock(ticket)
    assert (after.state, after.breached_at, after.elapsed_seconds) == (
        ClockState.BREACHED,
        before.breached_at,
        before.elapsed_seconds,
    )
    assert row(ticket).expired_at == before.breached_at


def test_a_first_answer_keeps_the_promise_to_respond(scene: Scene, travel: time_machine.Traveller) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    travel.shift(HOUR)
    add_message(ticket, body="Any news?", acting_user=scene.cast.reporter)
    assert clock(ticket, Promise.RESPOND).state == ClockState.RUNNING
    add_message(ticket, body="A team is coming.", acting_user=scene.cast.own_agent)
    met = clock(ticket, Promise.RESPOND)
    assert (met.state, met.stopped_at, met.elapsed_seconds) == (ClockState.MET, MONDAY + HOUR, 3600)


def test_a_new_priority_has_its_own_target_and_counts_what_was_used(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    StandardFactory.create(
        category=scene.category,
        priority=Priority.URGENT,
        respond_within_seconds=3600,
        resolve_within_seconds=8 * 3600,
    )
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    travel.shift(5 * HOUR)
    change_priority(ticket, priority=Priority.URGENT, reason="Hospital.", acting_user=None)
    assert (clock(ticket).target_seconds, clock(ticket).elapsed_seconds) == (8 * 3600, 5 * 3600)
    assert row(ticket).due_at == MONDAY + 8 * HOUR
    assert ticket.events.latest("pk").changes["priority"] == [2, 4]


def test_a_target_that_is_used_up_already_is_due_now_and_not_in_the_past(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    StandardFactory.create(
        category=scene.category,
        priority=Priority.URGENT,
        respond_within_seconds=60,
        resolve_within_seconds=3600,
    )
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    travel.shift(5 * HOUR)
    change_priority(ticket, priority=Priority.URGENT, reason="Hospital.", acting_user=None)
    assert row(ticket).due_at == MONDAY + 5 * HOUR
    expire_due_tickets(acting_user=None)
    assert row(ticket).expired_at == MONDAY + 5 * HOUR


def test_a_paused_clock_whose_new_target_is_used_up_is_due_when_it_goes_on(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    StandardFactory.create(
        category=scene.category,
        priority=Priority.URGENT,
        respond_within_seconds=60,
        resolve_within_seconds=3600,
    )
    ticket = ticket_in(Status.OPEN, scene)
    travel.shift(5 * HOUR)
    respond(ticket, message="Where?", acting_user=None)
    change_priority(ticket, priority=Priority.URGENT, reason="Hospital.", acting_user=None)
    assert (clock(ticket).state, row(ticket).due_at) == (ClockState.PAUSED, None)
    travel.shift(10 * HOUR)
    add_message(ticket, body="There.", acting_user=scene.cast.reporter)
    assert row(ticket).due_at == MONDAY + 15 * HOUR


def test_a_corrected_category_brings_its_own_working_hours(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    office = scene.other_department.calendar
    office_hours(office)
    slow = CategoryFactory.create(department=scene.department)
    Standard.objects.create(
        category=slow, respond_within_seconds=3600, resolve_within_seconds=10 * 3600, calendar=office
    )
    ticket = report_ticket(slow)
    assert row(ticket).due_at == MONDAY + 26 * HOUR  # eight hours on Monday, two on Tuesday
    travel.shift(4 * HOUR)
    route_ticket(ticket, category=scene.category, acting_user=None)
    assert row(ticket).due_at == MONDAY + 24 * HOUR  # around the clock, four hours used
    assert clock(ticket).calendar == scene.department.calendar


def test_a_ticket_without_a_promise_gets_one_with_its_category(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = report_ticket(scene.other_category)
    travel.shift(2 * HOUR)
    route_ticket(ticket, category=scene.category, acting_user=None)
    assert row(ticket).due_at == MONDAY + 26 * HOUR
    assert set(ticket.clocks.values_list("promise", flat=True)) == {Promise.RESPOND, Promise.RESOLVE}


@pytest.mark.parametrize("status", [Status.RESPONDED, Status.RESOLVED])
def test_no_clock_starts_while_no_work_is_owed(status: Status, scene: Scene) -> None:
    ticket = ticket_in(status, scene)
    ticket.clocks.all().delete()
    change_priority(ticket, priority=Priority.URGENT, reason="Hospital.", acting_user=None)
    assert ticket.clocks.count() == 0


def test_whoever_answered_already_is_not_asked_to_respond_again(scene: Scene) -> None:
    ticket = start_work(report_ticket(scene.other_category), acting_user=None)
    route_ticket(ticket, category=scene.category, acting_user=None)
    assert list(ticket.clocks.values_list("promise", flat=True)) == [Promise.RESOLVE]


def test_office_hours_let_the_weekend_pass(scene: Scene, travel: time_machine.Traveller) -> None:
    office_hours(scene.department.calendar)
    travel.move_to(datetime(2026, 3, 20, 12, 0, tzinfo=UTC))  # Friday, 14:00 in Pretoria: two hours left
    ticket = ticket_in(Status.OPEN, scene)
    assert clock(ticket, Promise.RESPOND).due_at == datetime(2026, 3, 23, 8, 0, tzinfo=UTC)
    travel.move_to(datetime(2026, 3, 22, 12, 0, tzinfo=UTC))
    respond(ticket, message="Where?", acting_user=None)
    assert clock(ticket).elapsed_seconds == 2 * 3600


# Custody


def test_custody_splits_the_time_between_those_who_held_the_ticket(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    cast = scene.cast
    ticket = ticket_in(Status.OPEN, scene)
    travel.shift(1 * HOUR)
    promote_ticket(ticket, note="Inspected.", acting_user=cast.own_agent)
    travel.shift(2 * HOUR)
    override_assignment(ticket, assignee=cast.department_admin, reason="Mine.", acting_user=None)
    travel.shift(3 * HOUR)
    transfer_ticket(ticket, department=scene.other_department, reason="Theirs.", acting_user=None)
    travel.shift(4 * HOUR)
    respond(ticket, message="Where?", acting_user=cast.other_agent)
    travel.shift(50 * HOUR)
    override_assignment(ticket, assignee=cast.other_department_admin, reason="Ill.", acting_user=None)
    travel.shift(50 * HOUR)
    add_message(ticket, body="There.", acting_user=cast.reporter)
    travel.shift(5 * HOUR)
    resolve_ticket(ticket, note="Done.", acting_user=None)
    one, two = scene.department, scene.other_department
    report, repair = one.stages.order_by("position")
    theirs = two.stages.get(position=1)
    held = [
        (
            custody.department,
            custody.stage,
            custody.assignee,
            custody.working_seconds,
        )
        for custody in ticket.custodies.in_order()
    ]
    assert held == [
        (one, report, cast.own_agent, 1 * 3600),
        (one, repair, cast.own_agent, 2 * 3600),
        (one, repair, cast.department_admin, 3 * 3600),
        (two, theirs, cast.other_agent, 4 * 3600),
        (two, theirs, cast.other_department_admin, 5 * 3600),
    ]
    assert clock(ticket).elapsed_seconds == 15 * 3600 == sum(seconds or 0 for *_holder, seconds in held)


def test_working_hours_of_the_holder_are_what_custody_counts(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    office_hours(scene.other_department.calendar)
    ticket = report_ticket(scene.other_category)
    travel.shift(24 * HOUR)
    transfer_ticket(ticket, department=scene.department, reason="Ours.", acting_user=None)
    travel.shift(24 * HOUR)
    resolve_ticket(ticket, note="Done.", acting_user=None)
    assert list(ticket.custodies.in_order().values_list("working_seconds", flat=True)) == [
        8 * 3600,
        24 * 3600,
    ]


# Closing by itself


def test_a_question_that_nobody_answers_closes_after_thirty_days(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.RESPONDED, scene)
    travel.shift(timedelta(days=30) - timedelta(seconds=1))
    assert close_unanswered_tickets(acting_user=None) == 0
    travel.shift(timedelta(seconds=1))
    assert [close_unanswered_tickets(acting_user=None) for _run in range(2)] == [1, 0]
    assert (row(ticket).status, row(ticket).outcome) == (Status.CLOSED, "no_reply")
    assert clock(ticket).state == ClockState.CANCELLED


def test_a_fix_that_nobody_confirms_closes_as_unverified_after_seven_days(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.RESOLVED, scene)
    travel.shift(timedelta(days=7))
    assert close_unanswered_tickets(acting_user=None) == 1
    assert (row(ticket).status, row(ticket).outcome) == (Status.CLOSED, "unverified")
    assert ticket.verifications.get().state == "lapsed"
    assert clock(ticket).state == ClockState.MET


def test_a_ticket_that_cannot_be_swept_does_not_keep_the_others_from_it(
    scene: Scene, travel: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    broken, fine = ticket_in(Status.OPEN, scene), ticket_in(Status.OPEN, scene)
    # One more is more than the column can hold.
    Ticket.objects.filter(pk=broken.pk).update(version=2_147_483_647)
    travel.shift(30 * HOUR)
    assert expire_due_tickets(acting_user=None) == 1
    assert (row(broken).expired_at, row(fine).expired_at) == (None, MONDAY + 24 * HOUR)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    Ticket.objects.filter(pk=broken.pk).update(version=1)
    assert expire_due_tickets(acting_user=None) == 1
    assert row(broken).expired_at == MONDAY + 24 * HOUR
