"""What waits too long does not wait for ever: the overflow department, else the admins hear of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from departments.models import Department, DepartmentMember
from departments.tests.factories import DepartmentFactory, office_hours, staff_member
from tickets.actions.assignment import set_availability
from tickets.actions.draining import drain_queue
from tickets.actions.movement import transfer_ticket
from tickets.actions.sweeps import overflow_waiting_tickets
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.tests.cast import Scene, set_scene
from tickets.tests.factories import report_ticket
from tickets.tests.proof import assert_books_agree

pytestmark = pytest.mark.django_db

# A Friday, 15:00 in Pretoria.
FRIDAY = datetime(2026, 3, 20, 13, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def scene() -> Scene:
    """Nobody is there, and tickets may wait for two hours."""
    scene = set_scene()
    DepartmentMember.objects.update(is_available=False)
    set_limit(scene.department)
    return scene


def set_limit(department: Department, *, into: Department | None = None) -> None:
    department.queue_limit_seconds, department.overflow_department = 7_200, into
    department.save(update_fields=["queue_limit_seconds", "overflow_department"])


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("ticket_version").values_list("kind", flat=True))


def test_after_the_limit_a_ticket_goes_to_the_overflow_department(scene: Scene) -> None:
    set_limit(scene.department, into=scene.other_department)
    DepartmentMember.objects.filter(user=scene.cast.other_agent).update(is_available=True)
    with time_machine.travel(FRIDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        travel.shift(2 * HOUR - timedelta(seconds=1))
        assert overflow_waiting_tickets(acting_user=None) == 0
        travel.shift(timedelta(seconds=1))
        assert overflow_waiting_tickets(acting_user=None) == 1
        assert overflow_waiting_tickets(acting_user=None) == 0
    moved = fresh(ticket)
    assert (moved.department, moved.assignee) == (scene.other_department, scene.cast.other_agent)
    event = ticket.events.get(kind=EventKind.TRANSFERRED)
    assert (event.actor, event.note) == (None, "Nobody was free in time.")
    assert event.data == {
        "from": scene.department.name,
        "to": scene.other_department.name,
        "is_overflow": True,
    }
    assert_books_agree()


def test_the_limit_is_working_time_of_the_departments_own_calendar(scene: Scene) -> None:
    office_hours(scene.department.calendar)
    with time_machine.travel(FRIDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        # An hour of Friday and an hour of Monday.
        assert fresh(ticket).overflow_at == datetime(2026, 3, 23, 7, 0, tzinfo=UTC)
        travel.move_to(datetime(2026, 3, 23, 6, 59, 59, tzinfo=UTC))
        assert overflow_waiting_tickets(acting_user=None) == 0


def test_without_an_overflow_department_it_is_said_once_that_nobody_is_free(scene: Scene) -> None:
    with time_machine.travel(FRIDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        for _hour in range(4):
            travel.shift(HOUR)
            overflow_waiting_tickets(acting_user=None)
    assert kinds(ticket) == [EventKind.CREATED, EventKind.QUEUED, EventKind.WAITED_TOO_LONG]
    assert fresh(ticket).queued_at == FRIDAY
    assert_books_agree()


def test_two_departments_that_overflow_into_each_other_do_not_play_with_a_ticket(scene: Scene) -> None:
    set_limit(scene.department, into=scene.other_department)
    set_limit(scene.other_department, into=scene.department)
    with time_machine.travel(FRIDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        for _hour in range(12):
            travel.shift(HOUR)
            overflow_waiting_tickets(acting_user=None)
    assert fresh(ticket).department == scene.other_department
    assert kinds(ticket) == [
        EventKind.CREATED,
        EventKind.QUEUED,
        EventKind.TRANSFERRED,
        EventKind.QUEUED,
        EventKind.WAITED_TOO_LONG,
    ]
    assert_books_agree()


def test_a_ticket_overflows_once_out_of_a_department_even_when_it_is_brought_back(scene: Scene) -> None:
    third = DepartmentFactory.create(organisation=scene.organisation)
    set_limit(scene.department, into=scene.other_department)
    with time_machine.travel(FRIDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        travel.shift(3 * HOUR)
        overflow_waiting_tickets(acting_user=None)
        set_limit(scene.department, into=third)
        transfer_ticket(ticket, department=scene.department, reason="Yours.", acting_user=None)
        travel.shift(3 * HOUR)
        overflow_waiting_tickets(acting_user=None)
    assert fresh(ticket).department == scene.department
    assert kinds(ticket)[-1] == EventKind.WAITED_TOO_LONG
    assert_books_agree()


def test_an_overflow_department_that_was_closed_takes_nothing(scene: Scene) -> None:
    set_limit(scene.department, into=scene.other_department)
    Department.objects.filter(pk=scene.other_department.pk).update(is_active=False)
    with time_machine.travel(FRIDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        travel.shift(3 * HOUR)
        overflow_waiting_tickets(acting_user=None)
    assert fresh(ticket).department == scene.department
    assert kinds(ticket)[-1] == EventKind.WAITED_TOO_LONG


def test_who_is_found_in_time_has_no_timer_any_more(scene: Scene) -> None:
    with time_machine.travel(FRIDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        member = scene.department.members.get(user=scene.cast.own_agent)
        set_availability(member, is_available=True, acting_user=None)
        assert drain_queue(scene.department, acting_user=None) == 1
        travel.shift(3 * HOUR)
        assert overflow_waiting_tickets(acting_user=None) == 0
    assert (fresh(ticket).assignee, fresh(ticket).overflow_at) == (scene.cast.own_agent, None)


def test_a_new_limit_holds_for_what_waits_already(scene: Scene) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        ticket = report_ticket(scene.category)
        client = Client()
        client.force_login(staff_member(scene.department, role=Role.ORGANISATION_ADMIN))
        page = reverse("admin:departments_department_change", args=[scene.department.pk])
        form = {"name": "Water", "calendar": str(scene.department.calendar_id), "strategy": "balanced"}
        form |= {"is_active": "on", "queue_limit_seconds": "30 min"}
        for prefix in ("stages", "members"):
            form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
        assert client.post(page, form).status_code == 302
        assert fresh(ticket).overflow_at == FRIDAY + HOUR / 2
