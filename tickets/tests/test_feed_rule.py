"""One rule in two forms: what the feed gives from the database, and what the stream hands out in memory."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from accounts.actions.keys import check_key
from accounts.enums import Role, Scope
from accounts.models import User
from accounts.tests.factories import MembershipFactory, issued_key
from departments.tests.factories import staff_member
from tickets.actions.conversation import add_message, add_note
from tickets.actions.lifecycle import start_work, withdraw_ticket
from tickets.actions.movement import transfer_ticket
from tickets.enums import EventKind, Status
from tickets.feed import readable_events, relay_events
from tickets.live import LIVE_NAMES, NOTHING, Wanted, kinds_named, live_name, may_see_event
from tickets.models import Project, Ticket, TicketEvent
from tickets.tests.cast import Scene, set_scene, ticket_in
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    """Tickets of every kind of reach, with parts for everybody, participants and staff."""
    scene = set_scene()
    project = Project.objects.create(organisation=scene.organisation, name="Winter")
    tickets = [
        report_ticket(scene.category, reporter=scene.cast.reporter, is_public=True, project=project),
        report_ticket(scene.category, reporter=scene.cast.reporter, is_public=False),
        report_ticket(scene.other_category, reporter=scene.cast.neighbour, is_public=False),
        report_ticket(scene.category, is_public=False),
        ticket_in(Status.CLOSED, scene),
    ]
    for ticket in tickets[:4]:
        start_work(ticket, acting_user=None)
        add_message(ticket, body="On our way.", acting_user=None)
        add_note(ticket, body="Key at the depot.", acting_user=None)
    transfer_ticket(tickets[1], department=scene.other_department, reason="Theirs.", acting_user=None)
    withdraw_ticket(tickets[0], acting_user=None)
    withdraw_ticket(tickets[3], acting_user=None)
    Ticket.objects.filter(pk=tickets[2].pk).update(department=None, stage=None)
    relay_events()
    return scene


def readers(scene: Scene) -> dict[str, Any]:
    people = scene.cast.everybody()
    keys = {scope.value: issued_key(scene.organisation, scope) for scope in Scope}
    both = MembershipFactory.create(user=staff_member(scene.department), role=Role.AUDITOR).user
    holder = staff_member(scene.other_department)
    Ticket.objects.filter(pk=Ticket.objects.order_by("pk")[3].pk).update(assignee=holder)
    return {
        **people,
        **{f"key {name}": check_key(issued.secret) for name, issued in keys.items()},
        "in two organisations": User.objects.get(pk=both.pk),
        "holds one of another department": User.objects.get(pk=holder.pk),
    }


def both_forms(user: Any, wanted: Wanted) -> tuple[list[int], list[int]]:
    """Positions as the database gives them, and as the predicates choose them."""
    every = TicketEvent.objects.filter(position__isnull=False).select_related("ticket").order_by("position")
    chosen = [event for event in every if wanted.includes(event) and may_see_event(user, event)]
    fed = readable_events(user, wanted).after(0).values_list("position", flat=True)
    return [position or 0 for position in fed], [event.position or 0 for event in chosen]


def test_every_reader_gets_the_same_from_both(scene: Scene) -> None:
    seen = {}
    for name, user in readers(scene).items():
        fed, streamed = both_forms(user, Wanted())
        assert fed == streamed, name
        seen[name] = len(fed)
    # The proof proves something: nobody sees everything but those who should, and none sees nothing.
    total = TicketEvent.objects.count()
    assert seen["operator"] == seen["organisation_admin"] == seen["key admin"] == total
    assert 0 < seen["anonymous"] < seen["reporter"] < seen["own_agent"] < total
    assert seen["foreign_admin"] == seen["key tickets:create"] == seen["anonymous"]


def test_every_filter_chooses_the_same_in_both(scene: Scene) -> None:
    ticket = Ticket.objects.order_by("pk")[1]
    options: dict[str, list[Any]] = {
        "organisation_id": [None, scene.organisation.pk, NOTHING],
        "ticket_id": [None, ticket.pk, NOTHING],
        "department_id": [None, scene.department.pk, scene.other_department.pk],
        "project_id": [None, Project.objects.get(name="Winter").pk],
        "kinds": [None, frozenset({EventKind.STARTED, EventKind.TRANSFERRED}), frozenset()],
    }
    found = []
    for values in itertools.product(*options.values()):
        wanted = Wanted(**dict(zip(options, values, strict=True)))
        fed, streamed = both_forms(scene.cast.organisation_admin, wanted)
        assert fed == streamed, wanted
        found.append(len(fed))
    assert len(set(found)) > 8


def test_a_department_hears_that_a_ticket_left_it_and_nothing_afterwards(scene: Scene) -> None:
    moved = Ticket.objects.order_by("pk")[1]
    admin = scene.cast.organisation_admin

    def kinds(department: Any) -> list[str]:
        wanted = Wanted(ticket_id=moved.pk, department_id=department.pk)
        return list(readable_events(admin, wanted).after(0).values_list("kind", flat=True))

    gave, took = kinds(scene.department), kinds(scene.other_department)
    assert gave[-1] == "ticket.transferred"
    assert took[0] == "ticket.transferred"
    assert [*gave, *took[1:]] == list(
        readable_events(admin, Wanted(ticket_id=moved.pk)).after(0).values_list("kind", flat=True)
    )


def test_the_three_names_part_the_kinds_among_them() -> None:
    of_names = [kinds_named(name) for name in LIVE_NAMES]
    assert sorted(kind for kinds in of_names for kind in kinds) == sorted(EventKind.values)
    assert {live_name(kind) for kind in EventKind.values} == set(LIVE_NAMES)
