"""Who sees which ticket: the list and the predicate must never disagree."""

from __future__ import annotations

import uuid

import pytest

from common.errors import NotFound
from common.references import MistypedReference
from tickets.actions.assignment import override_assignment
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import withdraw_ticket
from tickets.actions.movement import transfer_ticket
from tickets.enums import Source, Status, Visibility
from tickets.models import Project, Ticket
from tickets.permissions import can_view_as_staff, can_view_reporter, can_view_ticket, visible_parts
from tickets.queries import find_by_reference, get_visible_ticket
from tickets.tests.cast import Scene, set_scene, ticket_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


@pytest.fixture
def tickets(scene: Scene) -> dict[str, Ticket]:
    withdrawn = withdraw_ticket(ticket_in(Status.OPEN, scene), acting_user=None)
    elsewhere = transfer_ticket(
        ticket_in(Status.OPEN, scene, is_public=False),
        department=scene.other_department,
        reason="Theirs.",
        acting_user=None,
    )
    return {
        "public": ticket_in(Status.OPEN, scene),
        "private": ticket_in(Status.OPEN, scene, is_public=False),
        "closed": ticket_in(Status.CLOSED, scene, is_public=False),
        "withdrawn": withdrawn,
        "elsewhere": elsewhere,
        "departmentless": _departmentless(scene),
    }


def _departmentless(scene: Scene) -> Ticket:
    project = Project.objects.create(organisation=scene.organisation, name="Website")
    ticket = create_ticket(
        scene.organisation,
        Report(title="Dark mode", project=project),
        reporter=Reporter(user=scene.cast.reporter),
        source=Source.API,
        acting_user=None,
    )
    return override_assignment(ticket, assignee=scene.cast.other_agent, reason="Designer.", acting_user=None)


ALL = {"public", "private", "closed", "withdrawn", "elsewhere", "departmentless"}
SEES: dict[str, set[str]] = {
    "own_agent": ALL - {"elsewhere"},
    "other_agent": {"public", "elsewhere", "departmentless"},
    "department_admin": ALL - {"elsewhere"},
    "other_department_admin": {"public", "elsewhere", "departmentless"},
    "call_centre": ALL,
    "organisation_admin": ALL,
    "auditor": ALL,
    "foreign_admin": {"public"},
    "reporter": ALL - {"withdrawn"},
    "neighbour": {"public"},
    "anonymous": {"public"},
    "operator": ALL,
}


def test_the_list_and_the_predicate_show_the_same_tickets(scene: Scene, tickets: dict[str, Ticket]) -> None:
    listed, seen = {}, {}
    for name, user in scene.cast.everybody().items():
        keys = set(Ticket.objects.visible_to(user).values_list("pk", flat=True))
        listed[name] = {what for what, ticket in tickets.items() if ticket.pk in keys}
        seen[name] = {what for what, ticket in tickets.items() if can_view_ticket(user, ticket)}
    assert listed == SEES
    assert seen == SEES


def test_the_list_of_staff_and_its_predicate_show_the_same_tickets(
    scene: Scene, tickets: dict[str, Ticket]
) -> None:
    for user in scene.cast.everybody().values():
        listed = set(Ticket.objects.visible_to_staff(user).values_list("pk", flat=True))
        assert listed == {ticket.pk for ticket in tickets.values() if can_view_as_staff(user, ticket)}


@pytest.mark.parametrize("name", ["other_agent", "reporter", "anonymous", "foreign_admin"])
def test_the_door_opens_for_whoever_sees_the_ticket(
    name: str, scene: Scene, tickets: dict[str, Ticket]
) -> None:
    user = scene.cast.everybody()[name]
    for what, ticket in tickets.items():
        for key in (ticket.reference, ticket.pk, str(ticket.pk), ticket.reference.lower().replace("-", " ")):
            if what in SEES[name]:
                assert get_visible_ticket(user, key) == ticket
            else:
                with pytest.raises(NotFound):
                    get_visible_ticket(user, key)
        expected = ticket if what in SEES[name] else None
        assert find_by_reference(user, ticket.reference) == expected


def test_nonsense_is_mistyped_and_an_unknown_key_is_not_found(scene: Scene) -> None:
    for typed in ("", "hello", "TSH-000-000", "\x00", "../../etc"):
        with pytest.raises(MistypedReference):
            get_visible_ticket(scene.cast.operator, typed)
    with pytest.raises(NotFound):
        get_visible_ticket(scene.cast.operator, uuid.uuid4())


def test_who_reported_is_for_those_who_have_to_know(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    knows = {name for name, user in scene.cast.everybody().items() if can_view_reporter(user, ticket)}
    assert knows == {
        "own_agent",
        "department_admin",
        "call_centre",
        "organisation_admin",
        "reporter",
        "operator",
    }


def test_what_is_said_stays_between_those_it_concerns(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    parts = {name: visible_parts(user, ticket) for name, user in scene.cast.everybody().items()}
    public, participants = [Visibility.PUBLIC], [Visibility.PUBLIC, Visibility.PARTICIPANTS]
    assert parts["own_agent"] == parts["auditor"] == [*participants, Visibility.STAFF]
    assert parts["reporter"] == participants
    assert (
        parts["neighbour"] == parts["anonymous"] == parts["foreign_admin"] == parts["other_agent"] == public
    )


def test_somebody_whose_membership_ended_is_a_resident_again(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene, is_public=False)
    scene.cast.own_agent.memberships.update(is_active=False)
    former = type(scene.cast.own_agent).objects.get(pk=scene.cast.own_agent.pk)
    assert can_view_ticket(former, ticket) is False
    assert Ticket.objects.visible_to(former).count() == 0
