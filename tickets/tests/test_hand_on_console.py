"""Handing on what a member has, in the console; and what an admin reads of whoever is not there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from departments.models import DepartmentMember
from departments.tests.factories import staff_member
from tickets.actions.assignment import override_assignment
from tickets.models import Ticket
from tickets.tests.cast import Scene, set_scene
from tickets.tests.factories import report_ticket
from tickets.tests.proof import assert_books_agree, everything_about

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def console(person: User) -> Client:
    User.objects.filter(pk=person.pk).update(is_staff=True)
    client = Client()
    client.force_login(person)
    return client


def desk(scene: Scene, person: User | None = None) -> DepartmentMember:
    return scene.department.members.get(user=person or scene.cast.own_agent)


def page(scene: Scene) -> str:
    return reverse("admin:tickets_hand_on", args=[desk(scene).pk])


def two_tickets(scene: Scene) -> list[Ticket]:
    return [report_ticket(scene.category) for _ticket in range(2)]


def holders() -> set[Any]:
    return set(Ticket.objects.values_list("assignee", flat=True))


def on_leave_until(member: DepartmentMember, days: int) -> str:
    """The last day in words; the leave began yesterday."""
    today = timezone.localdate()
    last = today + timedelta(days=days)
    member.leaves.create(starts_on=today - timedelta(days=1), ends_on=last)
    return date_format(last, "j F Y")


def off_shift(member: DepartmentMember) -> None:
    """Their only shift is an hour of the day after tomorrow."""
    weekday = (timezone.localdate() + timedelta(days=2)).weekday()
    member.shifts.create(weekday=weekday, starts_minute=720, ends_minute=780)


def test_the_members_page_leads_there_for_whoever_may_decide(scene: Scene) -> None:
    member_page = reverse("admin:departments_departmentmember_change", args=[desk(scene).pk])
    assert page(scene) in console(scene.cast.department_admin).get(member_page).content.decode()
    assert page(scene) not in console(scene.cast.own_agent).get(member_page).content.decode()


def test_the_page_shows_what_goes_and_to_whom_it_can_go(scene: Scene) -> None:
    tickets = two_tickets(scene)
    colleague = staff_member(scene.department, full_name="Naledi Dube")
    day = on_leave_until(desk(scene, colleague), 3)
    shown = console(scene.cast.department_admin).get(page(scene)).content.decode()
    assert [ticket.reference in shown for ticket in tickets] == [True, True]
    assert f"Naledi Dube (0 of 5), on leave until {day}" in shown
    assert f'value="{scene.cast.own_agent.pk}"' not in shown


def test_everything_goes_to_the_colleague(scene: Scene) -> None:
    two_tickets(scene)
    colleague = staff_member(scene.department, capacity=1)
    client = console(scene.cast.department_admin)
    answer = client.post(page(scene), {"to": str(colleague.pk), "reason": "Off sick."}, follow=True)
    assert answer.redirect_chain[-1][0].endswith(f"/departmentmember/{desk(scene).pk}/change/")
    assert "2 tickets handed on." in answer.content.decode()
    assert holders() == {colleague.pk}
    assert_books_agree()


def test_everything_goes_back_to_the_queue(scene: Scene) -> None:
    two_tickets(scene)
    answer = console(scene.cast.department_admin).post(page(scene), {"to": "", "reason": "Off sick."})
    assert answer.status_code == 302
    assert holders() == {None}
    assert Ticket.objects.filter(queued_at__isnull=False).count() == 2
    assert_books_agree()


def test_what_is_refused_says_why_and_changes_nothing(scene: Scene) -> None:
    tickets = two_tickets(scene)
    colleague = staff_member(scene.department)
    gone = staff_member(scene.department)
    gone.memberships.update(is_active=False)
    before = [everything_about(ticket) for ticket in tickets]
    client = console(scene.cast.department_admin)
    refused = [
        ({"to": str(colleague.pk), "reason": ""}, "This field is required."),
        ({"to": str(colleague.pk), "reason": "   "}, "This field is required."),
        ({"to": str(scene.cast.other_agent.pk), "reason": "Sick."}, "Select a valid choice."),
        ({"to": str(scene.cast.foreign_admin.pk), "reason": "Sick."}, "Select a valid choice."),
        ({"to": str(scene.cast.own_agent.pk), "reason": "Sick."}, "Select a valid choice."),
        ({"to": str(gone.pk), "reason": "Sick."}, "Select a valid choice."),
        ({"to": "nobody", "reason": "Sick."}, "Select a valid choice."),
        ({"to": "", "reason": "x" * 2001}, "at most 2000 characters"),
    ]
    for body, sentence in refused:
        answer = client.post(page(scene), body)
        assert (answer.status_code, sentence in answer.content.decode()) == (409, True), body
    assert [everything_about(ticket) for ticket in tickets] == before


def test_whoever_may_not_decide_hands_on_nothing(scene: Scene) -> None:
    tickets = two_tickets(scene)
    before = [everything_about(ticket) for ticket in tickets]
    body = {"to": "", "reason": "I want to."}
    cast = scene.cast
    for person, status in [
        (cast.own_agent, 403),
        (cast.other_department_admin, 403),
        (cast.call_centre, 403),
        (cast.foreign_admin, 404),
    ]:
        client = console(person)
        assert (client.get(page(scene)).status_code, client.post(page(scene), body).status_code) == (
            status,
            status,
        )
    assert [everything_about(ticket) for ticket in tickets] == before


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_however_much_they_have(
    number: int, scene: Scene, django_assert_max_num_queries: Any
) -> None:
    for _ticket in range(number):
        report_ticket(scene.category)
        staff_member(scene.department)
    # Those who came later are given some too.
    for ticket in Ticket.objects.all():
        override_assignment(ticket, assignee=scene.cast.own_agent, reason="Theirs.", acting_user=None)
    client = console(scene.cast.department_admin)
    # One of them is the bell's, one is for the photos in the menu.
    with django_assert_max_num_queries(14):
        assert client.get(page(scene)).status_code == 200


# Who is not there


def workspace(ticket: Ticket) -> str:
    return reverse("admin:tickets_ticket_change", args=[ticket.pk])


def give(client: Client, ticket: Ticket, person: User) -> str:
    body = {"assignee": str(person.pk), "reason": "Knows it."}
    address = reverse("admin:tickets_ticket_verb", args=[ticket.pk, "override"])
    return client.post(address, body, follow=True).content.decode()


def test_an_admin_reads_who_is_on_leave_or_off_shift_before_and_after_deciding(scene: Scene) -> None:
    ticket = report_ticket(scene.category)
    away = staff_member(scene.department, full_name="Naledi Dube")
    late = staff_member(scene.department, full_name="Grace Phiri")
    there = staff_member(scene.department, full_name="Mpho Motaung")
    day = on_leave_until(desk(scene, away), 4)
    off_shift(desk(scene, late))
    client = console(scene.cast.department_admin)
    offered = client.get(workspace(ticket)).content.decode()
    assert f"Naledi Dube (0 of 5), on leave until {day}" in offered
    assert "Grace Phiri (0 of 5), off shift" in offered
    assert "Mpho Motaung (0 of 5)<" in offered
    assert f"Assigned, and kept there. Naledi Dube is on leave until {day}." in give(client, ticket, away)
    assert "Assigned, and kept there. Grace Phiri is off shift." in give(client, ticket, late)
    said = give(client, ticket, there)
    assert "Assigned, and kept there." in said
    assert "Mpho Motaung is" not in said
    assert Ticket.objects.get().assignee == there
    assert_books_agree()
