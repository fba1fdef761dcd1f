"""Moving between departments: loops are seen, counted, and brought to somebody above."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from common.errors import DomainError
from departments.models import Department, DepartmentMember
from departments.tests.factories import DepartmentFactory, StageFactory
from tickets.actions.movement import (
    SameDepartment,
    WrongDepartment,
    WrongStage,
    promote_ticket,
    route_ticket,
    transfer_ticket,
)
from tickets.admin.timeline import timeline as staff_timeline
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.queries import conversation_for
from tickets.tests.api import api_client, assert_problem, path_of
from tickets.tests.cast import Scene, set_scene
from tickets.tests.factories import report_ticket
from tickets.tests.proof import assert_books_agree, everything_about, refused
from tickets.views.timeline import timeline_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    scene = set_scene()
    Department.objects.filter(pk=scene.department.pk).update(name="Water")
    Department.objects.filter(pk=scene.other_department.pk).update(name="Roads")
    scene.department.refresh_from_db()
    scene.other_department.refresh_from_db()
    return scene


def send_around(ticket: Ticket, *departments: Department) -> Ticket:
    for department in departments:
        ticket = transfer_ticket(ticket, department=department, reason="Yours.", acting_user=None)
    return Ticket.objects.get(pk=ticket.pk)


def headlines(ticket: Ticket, user: User) -> list[str]:
    conversation = conversation_for(user, ticket)
    moved = "Transferred"
    return [
        item.headline
        for item in staff_timeline(conversation, ticket, with_reporter=True)
        if item.headline.startswith(moved)
    ]


def test_a_ticket_that_comes_back_says_for_which_time(scene: Scene) -> None:
    water, roads = scene.department, scene.other_department
    ticket = send_around(report_ticket(scene.category), roads, water, roads, water, roads, water)
    assert headlines(ticket, scene.cast.organisation_admin) == [
        "Transferred: Roads → Water, in Water again, stay number 4",
        "Transferred: Water → Roads, back in Roads for the third time",
        "Transferred: Roads → Water, back in Water for the third time",
        "Transferred: Water → Roads, back in Roads for the second time",
        "Transferred: Roads → Water, back in Water for the second time",
        "Transferred: Water → Roads",
    ]
    shown = timeline_for(ticket, conversation_for(scene.cast.reporter, ticket))
    residents = [item.headline for item in shown if item.headline.startswith("Handed")]
    assert residents[-2:] == ["Handed to Water, back in Water for the second time", "Handed to Roads"]
    assert (ticket.transfer_count, ticket.bounce_count) == (6, 5)
    assert_books_agree()


def test_the_third_return_is_an_event_of_its_own_once(scene: Scene) -> None:
    water, roads = scene.department, scene.other_department
    ticket = send_around(report_ticket(scene.category), roads, water, roads)
    assert ticket.events.filter(kind=EventKind.BOUNCED).count() == 0
    ticket = send_around(ticket, water, roads, water)
    event = ticket.events.get(kind=EventKind.BOUNCED)
    assert (event.data, event.visibility, event.actor) == (
        {"department": "Water", "transfers": 4},
        "staff",
        None,
    )
    assert_books_agree()


def test_going_on_to_ever_new_departments_is_no_return(scene: Scene) -> None:
    others = [DepartmentFactory.create(organisation=scene.organisation) for _department in range(4)]
    ticket = send_around(report_ticket(scene.category), *others)
    assert (ticket.transfer_count, ticket.bounce_count) == (4, 0)
    assert ticket.events.filter(kind=EventKind.BOUNCED).count() == 0


def test_another_category_counts_as_a_move_where_it_takes_the_ticket_away(scene: Scene) -> None:
    ticket = report_ticket(scene.category)
    for category in (scene.other_category, scene.category, scene.other_category, scene.category):
        route_ticket(ticket, category=category, acting_user=None)
    ticket.refresh_from_db()
    assert (ticket.transfer_count, ticket.bounce_count) == (4, 3)
    stays = [event.data.get("stay") for event in ticket.events.filter(kind=EventKind.ROUTED).order_by("pk")]
    assert stays == [None, 2, 2, 3]
    assert ticket.events.filter(kind=EventKind.BOUNCED).count() == 1
    assert_books_agree()


def test_a_ticket_goes_to_the_stage_that_was_asked_for_and_on_in_order(scene: Scene) -> None:
    third = StageFactory.create(department=scene.other_department, position=3)
    second = scene.other_department.stages.get(position=2)
    ticket = report_ticket(scene.category)
    moved = transfer_ticket(
        ticket, department=scene.other_department, stage=second, reason="Dug up.", acting_user=None
    )
    assert moved.stage == second
    assert promote_ticket(ticket, note="Filled.", acting_user=None).stage == third


def test_a_transfer_that_makes_no_sense_is_refused_and_changes_nothing(scene: Scene) -> None:
    ticket = report_ticket(scene.category)
    closed = DepartmentFactory.create(organisation=scene.organisation, is_active=False)
    foreign_stage = scene.department.stages.get(position=1)
    cases: list[tuple[type[DomainError], dict[str, Any]]] = [
        (SameDepartment, {"department": scene.department}),
        (WrongDepartment, {"department": closed}),
        (WrongDepartment, {"department": DepartmentFactory.create()}),
        (WrongStage, {"department": scene.other_department, "stage": foreign_stage}),
    ]
    for refusal, options in cases:
        with refused(ticket, refusal):
            transfer_ticket(ticket, reason="Yours.", acting_user=None, **options)


def test_the_same_refusals_over_http(scene: Scene) -> None:
    ticket = report_ticket(scene.category)
    client = api_client(scene.cast.department_admin)
    before = everything_about(ticket)
    foreign = DepartmentFactory.create()
    for department, code in [(scene.department.code, "same_department"), (str(foreign.pk), "unknown")]:
        body = {"department": department, "reason": "Yours."}
        assert_problem(client.post(path_of(ticket, "transfer"), body, format="json"), 400, code)
    assert everything_about(ticket) == before
    DepartmentMember.objects.update(is_available=False)
    sent = client.post(
        path_of(ticket, "transfer"), {"department": scene.other_department.code, "reason": "Y"}, format="json"
    )
    assert (sent.json()["transfer_count"], sent.json()["bounce_count"]) == (1, 0)
