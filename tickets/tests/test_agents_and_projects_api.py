"""Agents and projects, for staff."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory
from departments.models import Category, DepartmentMember
from departments.tests.factories import DepartmentFactory, staff_member
from tickets.models import Project, Ticket
from tickets.tests.api import ROOT, api_client, assert_problem

pytestmark = pytest.mark.django_db
AGENTS = f"{ROOT}/agents/"
PROJECTS = f"{ROOT}/projects/"


def test_staff_see_who_works_where_and_how_much_they_hold(
    ticket: Ticket, agent: User, auditor: User, outside_agent: User, category: Category
) -> None:
    rows = {row["full_name"]: row for row in api_client(auditor).get(AGENTS).json()["results"]}

    assert set(rows) == {agent.full_name, auditor.full_name}
    assert rows[agent.full_name] == {
        "id": str(agent.pk),
        "full_name": agent.full_name,
        "email": agent.email,
        "role": "agent",
        "state": "active",
        "is_active": True,
        "invitation": None,
        "departments": [
            {
                "department": {
                    "id": str(category.department.pk),
                    "code": category.department.code,
                    "name": category.department.name,
                },
                "capacity": 50,
                "open_tickets": 1,
                "is_available": True,
                "skills": [],
                "regions": [],
            }
        ],
    }
    assert rows[auditor.full_name]["departments"] == []


def test_agents_are_filtered_by_department_role_and_availability(
    agent: User, department_admin: User, city: Organisation, auditor: User
) -> None:
    other = staff_member(DepartmentFactory.create(organisation=city, code="parks"), full_name="Parks Person")

    def names(**query: str) -> set[str]:
        return {row["full_name"] for row in api_client(auditor).get(AGENTS, query).json()["results"]}

    assert names(department="parks") == {other.full_name}
    assert names(role="department_admin") == {department_admin.full_name}
    assert names(is_available="false") == {department_admin.full_name, auditor.full_name}
    assert names(is_available="true") == {agent.full_name, other.full_name}
    assert_problem(api_client(auditor).get(AGENTS, {"role": "king"}), 400)


def test_residents_and_visitors_do_not_see_who_works_here(
    agent: User, resident: User, outside_agent: User, city: Organisation
) -> None:
    assert_problem(api_client().get(AGENTS), 401)
    assert_problem(api_client(resident).get(AGENTS), 403, "not_allowed")
    assert_problem(api_client(outside_agent).get(AGENTS, {"organisation": city.slug}), 403, "not_allowed")
    assert_problem(api_client(outside_agent).get(f"{AGENTS}{agent.pk}/"), 404, "not_found")


def test_an_agent_comes_and_goes(agent: User) -> None:
    for there in (False, True):
        response = api_client(agent).post(f"{AGENTS}{agent.pk}/availability/", {"is_available": there})
        assert response.status_code == 200, response.content
        assert DepartmentMember.objects.get(user=agent).is_available is there
        assert response.json()["departments"][0]["is_available"] is there


def test_only_the_agent_and_their_admin_say_who_is_there(
    agent: User, department_admin: User, category: Category, outside_agent: User, city: Organisation
) -> None:
    path = f"{AGENTS}{agent.pk}/availability/"
    body = {"is_available": False}
    assert_problem(api_client(staff_member(category.department)).post(path, body), 403, "not_allowed")
    assert_problem(api_client(outside_agent).post(path, body), 404, "not_found")
    assert_problem(api_client(agent).post(path, body | {"department": "nowhere"}), 400, "unknown")
    assert_problem(api_client(agent).post(path, {}), 400)
    assert_problem(api_client(agent).post(path, {"is_available": "perhaps"}), 400)
    assert DepartmentMember.objects.get(user=agent).is_available is True

    assert api_client(department_admin).post(path, body).status_code == 200
    assert DepartmentMember.objects.get(user=agent).is_available is False


def test_the_list_of_agents_costs_the_same_for_one_and_three(
    agent: User, category: Category, auditor: User, django_assert_max_num_queries: Any
) -> None:
    client = api_client(auditor)
    with django_assert_max_num_queries(8):
        client.get(AGENTS)
    for _time in range(2):
        staff_member(category.department)
    with django_assert_max_num_queries(8):
        client.get(AGENTS)


def test_staff_start_and_change_projects(agent: User) -> None:
    client = api_client(agent)
    created = client.post(PROJECTS, {"name": "Winter readiness", "description": "Before June."})
    assert created.status_code == 201, created.content
    key = created.json()["id"]

    assert_problem(client.post(PROJECTS, {"name": "WINTER readiness"}), 409, "project_name_taken")
    changed = client.patch(f"{PROJECTS}{key}/", {"name": "Winter"}).json()
    assert (changed["name"], changed["is_closed"], changed["description"]) == (
        "Winter",
        False,
        "Before June.",
    )
    assert client.get(f"{PROJECTS}{key}/").json() == changed
    assert Project.objects.count() == 1


def test_others_do_not_touch_projects(
    agent: User, auditor: User, resident: User, outside_agent: User, city: Organisation
) -> None:
    project = Project.objects.create(organisation=city, name="Winter")
    path = f"{PROJECTS}{project.pk}/"
    assert_problem(api_client().get(PROJECTS), 401)
    assert api_client(resident).get(PROJECTS).json()["results"] == []
    assert_problem(api_client(resident).post(PROJECTS, {"name": "Mine"}), 403, "not_allowed")
    assert_problem(api_client(outside_agent).get(path), 404, "not_found")
    assert_problem(api_client(outside_agent).patch(path, {"name": "Mine"}), 404, "not_found")
    assert_problem(api_client(auditor).patch(path, {"name": "Mine"}), 403, "not_allowed")
    bodies: list[dict[str, Any]] = [
        {"name": "ab"},
        {"name": "a\u0000bc"},
        {"name": "x" * 101},
        {"organisation_id": "x"},
        {"name": []},
    ]
    for bad in bodies:
        assert_problem(api_client(agent).patch(path, bad), 400)
    project.refresh_from_db()
    assert (project.name, Project.objects.count()) == ("Winter", 1)


def test_a_project_holds_tickets_of_a_company(agent: User, city: Organisation, category: Category) -> None:
    company = OrganisationFactory.create(public_reports=False)
    worker = MembershipFactory.create(organisation=company, role=Role.AGENT).user
    client = api_client(worker)
    key = client.post(PROJECTS, {"name": "Website"}).json()["id"]
    body = {"title": "Fix the login", "project": "website", "assignees": [worker.email]}

    ticket = client.post(f"{ROOT}/tickets/", body).json()

    assert (ticket["project"], ticket["department"]) == ({"id": key, "name": "Website"}, None)
    assert [person["id"] for person in ticket["assignees"]] == [str(worker.pk)]
    listed = client.get(f"{ROOT}/tickets/", {"project": key}).json()["results"]
    assert [row["reference"] for row in listed] == [ticket["reference"]]
    assert_problem(api_client(agent).get(f"{ROOT}/tickets/{ticket['id']}/"), 404)
