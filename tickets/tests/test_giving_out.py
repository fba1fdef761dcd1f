"""What waits is given out when somebody comes: by shift, after leave, by availability and by skill."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from departments.actions.presence import set_shifts, take_leave
from departments.models import DepartmentMember
from tickets.actions.sweeps import drain_all_queues
from tickets.models import Ticket
from tickets.tests.cast import Scene, set_scene
from tickets.tests.factories import report_ticket
from tickets.tests.proof import assert_books_agree

pytestmark = pytest.mark.django_db

# A Monday, 07:59 in Pretoria.
MONDAY = datetime(2026, 3, 23, 5, 59, tzinfo=UTC)


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def member(scene: Scene) -> DepartmentMember:
    return scene.department.members.get(user=scene.cast.own_agent)


def test_the_sweep_gives_out_work_when_a_shift_begins(scene: Scene) -> None:
    set_shifts(member(scene), [(0, 8 * 60, 16 * 60)], acting_user=None)
    with time_machine.travel(MONDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        assert ticket.queued_at == MONDAY
        assert drain_all_queues(acting_user=None) == 0
        travel.shift(timedelta(minutes=1))
        assert drain_all_queues(acting_user=None) == 1
    assert Ticket.objects.get(pk=ticket.pk).assignee == scene.cast.own_agent
    assert_books_agree()


def test_the_sweep_gives_out_work_when_leave_is_over(scene: Scene) -> None:
    take_leave(member(scene), starts_on=date(2026, 3, 20), ends_on=date(2026, 3, 23), acting_user=None)
    with time_machine.travel(MONDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        assert drain_all_queues(acting_user=None) == 0
        travel.shift(timedelta(days=1))
        assert drain_all_queues(acting_user=None) == 1
    assert Ticket.objects.get(pk=ticket.pk).assignee == scene.cast.own_agent
    assert_books_agree()
