"""Shifts, leave and handing on over HTTP, and on a member's page in the console."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from departments.models import DepartmentMember, Leave, Shift
from departments.tests.factories import staff_member
from tickets.models import Ticket
from tickets.tests.api import ROOT, api_client, assert_problem
from tickets.tests.cast import Scene, set_scene
from tickets.tests.factories import report_ticket
from tickets.tests.proof import everything_about

pytestmark = pytest.mark.django_db
MONDAY = {"weekday": "monday", "starts_at": "08:00", "ends_at": "16:00"}
NIGHT = {"weekday": "sunday", "starts_at": "22:00", "ends_at": "06:00"}


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def address(scene: Scene, part: str) -> str:
    return f"{ROOT}/agents/{scene.cast.own_agent.pk}/{part}/"


def days(first: int, last: int) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "starts_on": (today + timedelta(days=first)).isoformat(),
        "ends_on": (today + timedelta(days=last)).isoformat(),
    }


def test_a_department_admin_sets_a_week_and_everybody_who_works_there_reads_it(scene: Scene) -> None:
    admin, agent = api_client(scene.cast.department_admin), api_client(scene.cast.own_agent)
    answer = admin.put(address(scene, "shifts"), {"shifts": [NIGHT, MONDAY]}, format="json")
    assert answer.status_code == 200, answer.content
    (desk,) = agent.get(address(scene, "shifts")).json()
    assert (desk["department"]["code"], desk["time_zone"]) == (scene.department.code, "Africa/Johannesburg")
    assert desk["shifts"] == [MONDAY, NIGHT]


@pytest.mark.parametrize(
    ("shifts", "code"),
    [
        ([MONDAY, {**MONDAY, "starts_at": "15:59"}], "shifts_overlap"),
        ([{**MONDAY, "starts_at": "24:00"}], "invalid_shift"),
        ([{**MONDAY, "weekday": "someday"}], None),
        ([{**MONDAY, "ends_at": "25:00"}], None),
        ([{**MONDAY, "until": "noon"}], None),
    ],
)
def test_a_week_that_cannot_be_is_refused_over_http(scene: Scene, shifts: Any, code: str | None) -> None:
    admin = api_client(scene.cast.department_admin)
    assert_problem(admin.put(address(scene, "shifts"), {"shifts": shifts}, format="json"), 400, code)
    assert Shift.objects.count() == 0


def test_nobody_sets_their_own_week(scene: Scene) -> None:
    agent = api_client(scene.cast.own_agent)
    assert_problem(agent.put(address(scene, "shifts"), {"shifts": [MONDAY]}, format="json"), 403)
    assert Shift.objects.count() == 0


def test_people_take_leave_move_it_and_come_back(scene: Scene) -> None:
    agent = api_client(scene.cast.own_agent)
    sent = agent.post(address(scene, "leave"), {**days(3, 9), "reason": "The sea"}, format="json")
    assert sent.status_code == 201, sent.content
    (leave,) = sent.json()
    one = f"{address(scene, 'leave')}{leave['id']}/"
    moved = agent.patch(one, {"ends_on": days(3, 5)["ends_on"]}, format="json").json()
    assert (moved["starts_on"], moved["ends_on"], moved["reason"]) == (*days(3, 5).values(), "The sea")
    colleague = api_client(staff_member(scene.department))
    # That somebody is away is for colleagues to know; why, is not.
    assert [row["reason"] for row in colleague.get(address(scene, "leave")).json()] == [""]
    assert_problem(colleague.delete(one), 403)
    assert_problem(agent.post(address(scene, "leave"), days(5, 6), format="json"), 409, "leave_overlaps")
    assert agent.delete(one).status_code == 204
    assert Leave.objects.count() == 0


def test_leave_of_another_organisation_is_not_there(scene: Scene) -> None:
    foreign = api_client(scene.cast.foreign_admin)
    assert_problem(foreign.get(address(scene, "leave")), 404)
    assert_problem(foreign.post(address(scene, "leave"), days(1, 2), format="json"), 404)
    assert Leave.objects.count() == 0


def test_an_admin_hands_on_over_http_and_others_are_refused(scene: Scene) -> None:
    tickets = [report_ticket(scene.category) for _ticket in range(2)]
    colleague = staff_member(scene.department)
    before = [everything_about(ticket) for ticket in tickets]
    body = {"to": colleague.email, "reason": "Off sick."}
    agent = api_client(scene.cast.own_agent)
    assert_problem(agent.post(address(scene, "hand-on"), body, format="json"), 403)
    admin = api_client(scene.cast.department_admin)
    wrong = {**body, "to": scene.cast.other_agent.email}
    assert_problem(admin.post(address(scene, "hand-on"), wrong, format="json"), 400, "not_a_member")
    assert [everything_about(ticket) for ticket in tickets] == before
    assert admin.post(address(scene, "hand-on"), body, format="json").json() == {"handed_on": 2}
    assert set(Ticket.objects.values_list("assignee", flat=True)) == {colleague.pk}


# The console


def member_page(scene: Scene) -> tuple[str, DepartmentMember]:
    member = scene.department.members.get(user=scene.cast.own_agent)
    return reverse("admin:departments_departmentmember_change", args=[member.pk]), member


def as_person(person: User) -> Client:
    User.objects.filter(pk=person.pk).update(is_staff=True)
    client = Client()
    client.force_login(person)
    return client


def form(shifts: list[tuple[str, str, str]], leaves: list[tuple[str, str]]) -> dict[str, str]:
    data = {"capacity": "50", "is_available": "on", "is_active": "on"}
    for prefix, rows in (("shifts", shifts), ("leaves", leaves)):
        data |= {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, (weekday, start, end) in enumerate(shifts):
        data |= {f"shifts-{number}-weekday": weekday}
        data |= {f"shifts-{number}-starts_minute": start, f"shifts-{number}-ends_minute": end}
    for number, (first, last) in enumerate(leaves):
        data |= {f"leaves-{number}-starts_on": first, f"leaves-{number}-ends_on": last}
    return data


def test_shifts_and_leave_are_kept_on_the_members_page(scene: Scene) -> None:
    page, member = member_page(scene)
    client = as_person(scene.cast.department_admin)
    filled = form([("6", "22:00", "06:00")], [("2026-12-24", "2026-12-26")])
    assert client.post(page, filled).status_code == 302
    assert list(member.shifts.values_list("weekday", "starts_minute", "ends_minute")) == [(6, 1320, 1800)]
    assert member.leaves.count() == 1
    assert "22:00" in client.get(page).content.decode()


def test_a_week_that_overlaps_comes_back_with_its_sentence(scene: Scene) -> None:
    page, member = member_page(scene)
    client = as_person(scene.cast.department_admin)
    filled = form([("6", "22:00", "06:00"), ("0", "05:00", "12:00")], [("2026-12-26", "2026-12-24")])
    answer = client.post(page, filled)
    assert answer.status_code == 200
    said = answer.content.decode()
    assert "Two of these shifts overlap." in said
    assert "The last day cannot be before the first." in said
    assert (member.shifts.count(), member.leaves.count()) == (0, 0)
