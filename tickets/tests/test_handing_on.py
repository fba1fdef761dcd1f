"""Whoever leaves, or cannot go on, leaves no ticket behind."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.people import LastAdmin, change_membership, change_person
from accounts.enums import Role
from accounts.models import Membership, User
from common.errors import DomainError, NotAllowed
from departments.models import DepartmentMember
from departments.tests.factories import DepartmentMemberFactory, staff_member
from tickets.actions.assignment import NotAMember, override_assignment
from tickets.actions.draining import drain_queue
from tickets.actions.handing_on import ToThemselves, hand_on_tickets, release_tickets_of_who_left
from tickets.actions.lifecycle import reopen_ticket, resolve_ticket, respond, start_work
from tickets.enums import EventKind, Status
from tickets.models import Ticket
from tickets.tests.api import api_client
from tickets.tests.cast import Scene, set_scene
from tickets.tests.factories import report_ticket
from tickets.tests.proof import assert_books_agree, everything_about
from tickets.workflow import NoteRequired

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def three_tickets(scene: Scene) -> list[Ticket]:
    """Of the agent: an open one, one in progress, one that waits for its reporter."""
    tickets = [report_ticket(scene.category) for _ticket in range(3)]
    start_work(tickets[1], acting_user=None)
    respond(tickets[2], message="Where?", acting_user=None)
    return [Ticket.objects.get(pk=ticket.pk) for ticket in tickets]


def hand_on(scene: Scene, **options: Any) -> int:
    return hand_on_tickets(
        scene.cast.own_agent,
        organisation=scene.organisation,
        **{"reason": "Off sick.", "acting_user": scene.cast.department_admin, **options},
    )


def holders(tickets: list[Ticket]) -> list[User | None]:
    return [Ticket.objects.get(pk=ticket.pk).assignee for ticket in tickets]


def test_every_unsettled_ticket_goes_to_the_colleague_and_history_says_why(scene: Scene) -> None:
    tickets = three_tickets(scene)
    colleague = staff_member(scene.department, capacity=1)
    assert hand_on(scene, to=colleague) == 2
    assert holders(tickets) == [colleague, colleague, scene.cast.own_agent]
    for ticket in tickets[:2]:
        event = ticket.events.get(kind=EventKind.HANDED_ON)
        assert (event.note, event.visibility, event.actor) == (
            "Off sick.",
            "staff",
            scene.cast.department_admin,
        )
        assert event.data == {"from": scene.cast.own_agent.full_name, "to": colleague.full_name}
        assert event.changes["assignee"] == [str(scene.cast.own_agent.pk), str(colleague.pk)]
    loads = DepartmentMember.objects.filter(user__in=[colleague, scene.cast.own_agent])
    assert dict(loads.values_list("user", "open_tickets")) == {colleague.pk: 2, scene.cast.own_agent.pk: 0}
    assert_books_agree()


def test_without_a_colleague_they_wait_in_the_queue_and_are_given_out(scene: Scene) -> None:
    tickets = three_tickets(scene)
    DepartmentMember.objects.filter(user=scene.cast.own_agent).update(is_available=False)
    assert hand_on(scene) == 2
    assert holders(tickets)[:2] == [None, None]
    assert Ticket.objects.filter(queued_at__isnull=False).count() == 2
    colleague = staff_member(scene.department)
    assert drain_queue(scene.department, acting_user=None) == 2
    assert holders(tickets)[:2] == [colleague, colleague]
    assert_books_agree()


def test_a_department_admin_hands_on_only_what_is_in_their_department(scene: Scene) -> None:
    DepartmentMemberFactory.create(
        department=scene.other_department, user=scene.cast.own_agent, is_available=False
    )
    here, there = report_ticket(scene.category), report_ticket(scene.other_category)
    override_assignment(there, assignee=scene.cast.own_agent, reason="Theirs.", acting_user=None)
    assert hand_on(scene) == 1
    assert holders([here, there]) == [None, scene.cast.own_agent]
    assert hand_on(scene, acting_user=scene.cast.organisation_admin) == 1
    assert holders([there]) == [None]
    assert_books_agree()


def test_what_cannot_be_handed_on_so_is_refused_and_changes_nothing(scene: Scene) -> None:
    tickets = three_tickets(scene)
    gone = staff_member(scene.department)
    Membership.objects.filter(user=gone).update(is_active=False)
    before = [everything_about(ticket) for ticket in tickets]
    refused: list[tuple[type[DomainError], dict[str, Any]]] = [
        (NotAMember, {"to": scene.cast.other_agent}),
        (NotAMember, {"to": gone}),
        (NotAMember, {"to": scene.cast.foreign_admin}),
        (ToThemselves, {"to": scene.cast.own_agent}),
        (NoteRequired, {"reason": "  "}),
        (NotAllowed, {"acting_user": scene.cast.own_agent}),
        (NotAllowed, {"acting_user": scene.cast.other_department_admin}),
        (NotAllowed, {"acting_user": scene.cast.foreign_admin}),
        (NotAllowed, {"acting_user": scene.cast.call_centre}),
    ]
    for refusal, options in refused:
        with pytest.raises(refusal):
            hand_on(scene, **options)
        assert [everything_about(ticket) for ticket in tickets] == before


# Leaving


def membership_of(scene: Scene) -> Membership:
    return Membership.objects.get(user=scene.cast.own_agent, organisation=scene.organisation)


def let_go_by_api(scene: Scene) -> None:
    client = api_client(scene.cast.organisation_admin)
    assert client.delete(f"/api/v1/agents/{scene.cast.own_agent.pk}/").status_code == 204


def in_the_console(person: User) -> Client:
    User.objects.filter(pk=person.pk).update(is_staff=True)
    client = Client()
    client.force_login(person)
    return client


def let_go_in_the_console(scene: Scene) -> None:
    client = in_the_console(scene.cast.organisation_admin)
    page = reverse("admin:accounts_membership_change", args=[membership_of(scene).pk])
    assert client.post(page, {"role": Role.AGENT}).status_code == 302


def become_a_resident(scene: Scene) -> None:
    change_membership(
        membership_of(scene), role=Role.RESIDENT, is_active=True, acting_user=scene.cast.organisation_admin
    )


def end_the_account(scene: Scene) -> None:
    person = scene.cast.own_agent
    person.is_active = False
    change_person(person, changed=["is_active"], acting_user=scene.cast.operator)


def leave_the_department_in_the_console(scene: Scene) -> None:
    client = in_the_console(scene.cast.department_admin)
    member = scene.department.members.get(user=scene.cast.own_agent)
    page = reverse("admin:departments_departmentmember_change", args=[member.pk])
    form = {"capacity": "50", "is_available": "on"} | _no_rows("shifts") | _no_rows("leaves")
    assert client.post(page, form).status_code == 302


def _no_rows(prefix: str) -> dict[str, str]:
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}


LEAVING = [
    let_go_by_api,
    let_go_in_the_console,
    become_a_resident,
    end_the_account,
    leave_the_department_in_the_console,
]


@pytest.mark.parametrize("leave", LEAVING)
def test_who_leaves_keeps_no_ticket_to_work_on(leave: Any, scene: Scene) -> None:
    tickets = three_tickets(scene)
    leave(scene)
    assert holders(tickets)[:2] == [None, None]
    for ticket in tickets[:2]:
        event = ticket.events.get(kind=EventKind.HANDED_ON)
        assert event.note == f"{scene.cast.own_agent.full_name} does not work here any more."
    member = scene.department.members.get(user=scene.cast.own_agent)
    assert (member.open_tickets, member.is_available) == (0, False)
    assert_books_agree()
    # What was answered comes back to work without them.
    reopen_ticket(tickets[2], reason="Still dry.", acting_user=None)
    assert holders(tickets)[2] is None
    assert_books_agree()


def test_who_may_not_be_let_go_keeps_their_tickets(scene: Scene) -> None:
    admin = scene.cast.organisation_admin
    DepartmentMemberFactory.create(department=scene.department, user=admin)
    ticket = report_ticket(scene.category)
    override_assignment(ticket, assignee=admin, reason="Knows it.", acting_user=None)
    before = everything_about(ticket)
    membership = Membership.objects.get(user=admin)
    with pytest.raises(LastAdmin):
        change_membership(membership, role=Role.AGENT, is_active=False, acting_user=scene.cast.operator)
    assert everything_about(ticket) == before


def test_a_ticket_that_slipped_to_who_left_is_found_by_the_sweep(scene: Scene) -> None:
    tickets = three_tickets(scene)
    Membership.objects.filter(user=scene.cast.own_agent).update(is_active=False)
    assert release_tickets_of_who_left(acting_user=None) == 2
    assert release_tickets_of_who_left(acting_user=None) == 0
    assert holders(tickets)[:2] == [None, None]
    assert_books_agree()


def test_a_fix_that_is_disputed_goes_to_somebody_else_while_the_agent_is_on_leave(scene: Scene) -> None:
    ticket, pinned = report_ticket(scene.category), report_ticket(scene.category)
    override_assignment(pinned, assignee=scene.cast.own_agent, reason="Knows it.", acting_user=None)
    for row in (ticket, pinned):
        resolve_ticket(row, note="Done.", acting_user=None)
    member = scene.department.members.get(user=scene.cast.own_agent)
    today = ticket.created_at.date()
    member.leaves.create(starts_on=today.replace(day=1), ends_on=today.replace(year=today.year + 1, day=1))
    colleague = staff_member(scene.department)
    for row in (ticket, pinned):
        reopen_ticket(row, reason="Dripping.", acting_user=None)
    assert holders([ticket, pinned]) == [colleague, scene.cast.own_agent]
    assert set(Ticket.objects.values_list("status", flat=True)) == {Status.IN_PROGRESS}
    assert_books_agree()


@pytest.mark.parametrize("number", [1, 3])
def test_handing_on_costs_the_same_however_many_there_are(
    number: int, scene: Scene, django_assert_max_num_queries: Any
) -> None:
    for _ticket in range(number):
        report_ticket(scene.category)
    colleague = staff_member(scene.department)
    act = partial(hand_on, scene, to=colleague, acting_user=None)
    with django_assert_max_num_queries(18):
        assert act() == number
