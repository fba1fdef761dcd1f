"""Where work does not find its way, those who decide about it hear of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from notifications.actions.route import route_event
from notifications.models import Notification
from tickets.actions.handing_on import hand_on_tickets
from tickets.actions.movement import transfer_ticket
from tickets.actions.sweeps import overflow_waiting_tickets
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.tests.cast import Scene, set_scene
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def told(ticket: Ticket, kind: EventKind) -> list[User | None]:
    event = ticket.events.get(kind=kind)
    route_event(event.pk)
    messages = Notification.objects.filter(event=event, channel="email")
    return [message.recipient for message in messages.select_related("recipient")]


def test_organisation_admins_hear_that_departments_hand_a_ticket_to_and_fro(scene: Scene) -> None:
    ticket = report_ticket(scene.category)
    for place in (scene.other_department, scene.department) * 2:
        transfer_ticket(ticket, department=place, reason="Yours.", acting_user=None)
    assert told(ticket, EventKind.BOUNCED) == [scene.cast.organisation_admin]


def test_department_admins_hear_that_nobody_is_free(scene: Scene) -> None:
    scene.department.queue_limit_seconds = 60
    scene.department.save(update_fields=["queue_limit_seconds"])
    scene.department.members.update(is_available=False)
    ticket = report_ticket(scene.category)
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        overflow_waiting_tickets(acting_user=None)
    assert told(ticket, EventKind.WAITED_TOO_LONG) == [scene.cast.department_admin]


def test_the_colleague_hears_what_was_handed_on_to_them(scene: Scene) -> None:
    ticket = report_ticket(scene.category)
    hand_on_tickets(
        scene.cast.own_agent,
        organisation=scene.organisation,
        to=scene.cast.department_admin,
        reason="Off sick.",
        acting_user=scene.cast.organisation_admin,
    )
    assert told(ticket, EventKind.HANDED_ON) == [scene.cast.department_admin]
