"""Taking tickets from a queue that others take from as well."""

from __future__ import annotations

import pytest

from common.errors import StaleVersion
from departments.enums import AssignmentStrategy, Priority
from departments.models import Department
from departments.tests.factories import staff_member
from tickets.actions.assignment import AlreadyPicked, pick_ticket
from tickets.actions.movement import change_priority
from tickets.tests.cast import Scene, set_scene
from tickets.tests.factories import report_ticket
from tickets.tests.proof import assert_books_agree, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    scene = set_scene()
    Department.objects.filter(pk=scene.department.pk).update(strategy=AssignmentStrategy.MANUAL)
    scene.department.refresh_from_db()
    return scene


def test_who_comes_second_is_told_who_was_quicker_though_their_page_is_old(scene: Scene) -> None:
    ticket = report_ticket(scene.category)
    seen, quicker = ticket.version, staff_member(scene.department, full_name="Naledi Dube")
    pick_ticket(ticket, acting_user=quicker, expected_version=seen)
    with refused(ticket, AlreadyPicked) as refusal:
        pick_ticket(ticket, acting_user=scene.cast.own_agent, expected_version=seen)
    assert refusal.value.message == "Naledi Dube has picked this ticket."
    assert_books_agree()


def test_a_ticket_that_changed_and_is_free_is_looked_at_again(scene: Scene) -> None:
    ticket = report_ticket(scene.category)
    seen = ticket.version
    change_priority(ticket, priority=Priority.URGENT, reason="Dry.", acting_user=None)
    with refused(ticket, StaleVersion):
        pick_ticket(ticket, acting_user=scene.cast.own_agent, expected_version=seen)
