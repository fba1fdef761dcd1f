"""Projects: what they are called, who begins and ends them, and what a closed one refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory
from tickets.models import Project, Ticket
from tickets.tests.api import ROOT, api_client, assert_problem, last_kind, path_of, state_of
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db
PROJECTS = f"{ROOT}/projects/"


@pytest.fixture
def company(db: None) -> Organisation:
    return OrganisationFactory.create(public_reports=False, verification_required=False)


@pytest.fixture
def worker(company: Organisation) -> User:
    return MembershipFactory.create(organisation=company, role=Role.AGENT).user


@pytest.fixture
def project(company: Organisation) -> Project:
    return Project.objects.create(organisation=company, name="Website")


def log(worker: User, **fields: Any) -> dict[str, Any]:
    response = api_client(worker).post(f"{ROOT}/tickets/", {"title": "Fix the login", **fields})
    assert response.status_code == 201, response.content
    shown: dict[str, Any] = response.json()
    return shown


NAMES = {
    "too short": "ab",
    "too short without its spaces": "  a  ",
    "nothing": "",
    "too long": "x" * 101,
    "control characters": "Web\x00site",
    "a bell": "Web\x07site",
    "a list": ["Website"],
    "a number": 12,
    "nothing at all": None,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_name_that_cannot_be_one_is_refused(worker: User, project: Project, name: Any) -> None:
    client = api_client(worker)
    if name != 12:
        body = assert_problem(client.post(PROJECTS, {"name": name}), 400)
        assert list(body["errors"]) == ["name"]
        assert_problem(client.patch(f"{PROJECTS}{project.pk}/", {"name": name}), 400)
        assert_problem(client.put(f"{PROJECTS}{project.pk}/", {"name": name}), 400)
    else:
        assert_problem(client.post(PROJECTS, {"name": name}), 400)
    assert list(Project.objects.values_list("name", flat=True)) == ["Website"]


@pytest.mark.parametrize("name", ["Ná🚰", "مشروع الماء", "Lokiša ka pela", "👩‍🔧 pipes"])
def test_a_name_in_any_script_is_kept_as_it_is(worker: User, name: str) -> None:
    made = api_client(worker).post(PROJECTS, {"name": name}).json()
    assert (made["name"], Project.objects.get(pk=made["id"]).name) == (name, name)


def test_a_name_is_taken_once_in_an_organisation_whatever_its_case(worker: User, project: Project) -> None:
    other = OrganisationFactory.create()
    Project.objects.create(organisation=other, name="Launch")
    assert api_client(worker).post(PROJECTS, {"name": "launch"}).status_code == 201
    answer = assert_problem(
        api_client(worker).post(PROJECTS, {"name": " webSITE "}), 409, "project_name_taken"
    )
    assert list(answer["errors"]) == ["name"]
    assert Project.objects.of_organisation(project.organisation_id).count() == 2


def test_a_project_is_closed_and_reopened(worker: User, project: Project) -> None:
    client, path = api_client(worker), f"{PROJECTS}{project.pk}/"
    closed = client.post(f"{path}close/").json()
    assert (closed["is_closed"], closed["closed_at"] is not None) == (True, True)
    assert client.get(PROJECTS, {"is_closed": "false"}).json()["results"] == []
    assert client.get(PROJECTS, {"is_closed": "true"}).json()["results"] == [closed]
    assert_problem(client.post(f"{path}close/"), 409, "nothing_changed")

    opened = client.post(f"{path}reopen/").json()
    assert (opened["is_closed"], opened["closed_at"]) == (False, None)
    assert_problem(client.post(f"{path}reopen/"), 409, "nothing_changed")
    assert_problem(client.post(f"{path}close/", {"why": "done"}), 400)


def test_a_closed_project_takes_no_new_tickets_and_none_from_elsewhere(
    worker: User, project: Project, company: Organisation
) -> None:
    other = Project.objects.create(organisation=company, name="Launch")
    inside = log(worker, project="Launch")
    api_client(worker).post(f"{PROJECTS}{project.pk}/close/")
    ticket = Ticket.objects.get()
    before = state_of(ticket)

    body = {"title": "Fix the login", "project": str(project.pk)}
    answer = assert_problem(api_client(worker).post(f"{ROOT}/tickets/", body), 409, "project_closed")
    assert list(answer["errors"]) == ["project"]
    move = {"project": "website"}
    assert_problem(api_client(worker).post(path_of(ticket, "project"), move), 409, "project_closed")
    assert_problem(api_client(worker).patch(path_of(ticket), move | {"title": "B"}), 409, "project_closed")
    assert (Ticket.objects.count(), state_of(ticket)) == (1, before)
    assert inside["project"] == {"id": str(other.pk), "name": "Launch"}


def test_the_tickets_of_a_closed_project_can_still_be_worked_on(worker: User, project: Project) -> None:
    shown = log(worker, project="website")
    api_client(worker).post(f"{PROJECTS}{project.pk}/close/")
    changed = api_client(worker).patch(f"{ROOT}/tickets/{shown['id']}/", {"status": "in progress"}).json()
    assert (changed["status"], changed["project"]["name"]) == ("in_progress", "Website")


def test_a_ticket_moves_to_another_project(worker: User, project: Project, company: Organisation) -> None:
    other = Project.objects.create(organisation=company, name="Launch")
    shown = log(worker, project="Website")
    moved = api_client(worker).post(f"{ROOT}/tickets/{shown['id']}/project/", {"project": "LAUNCH"}).json()

    assert moved["project"] == {"id": str(other.pk), "name": "Launch"}
    ticket = Ticket.objects.get()
    event = ticket.events.order_by("-pk")[0]
    assert (event.kind, event.actor) == ("ticket.project_changed", worker)
    assert event.changes == {"project": [str(project.pk), str(other.pk)]}
    assert event.data == {"from": "Website", "to": "Launch"}


def test_a_ticket_without_a_department_stays_in_some_project(worker: User, project: Project) -> None:
    log(worker, project="Website")
    ticket = Ticket.objects.get()
    before = state_of(ticket)
    path = path_of(ticket, "project")
    assert_problem(api_client(worker).post(path, {"project": None}), 409, "project_needed")
    assert_problem(api_client(worker).patch(path_of(ticket), {"project": None}), 409, "project_needed")
    assert_problem(api_client(worker).post(path, {"project": "Website"}), 400, "nothing_changed")
    assert_problem(api_client(worker).post(path, {"project": ""}), 400)
    assert_problem(api_client(worker).post(path, {}), 400)
    assert state_of(ticket) == before


def test_a_departments_ticket_leaves_its_project(agent: User, ticket: Ticket, city: Organisation) -> None:
    Project.objects.create(organisation=city, name="Winter readiness")
    path = path_of(ticket, "project")
    assert api_client(agent).post(path, {"project": "winter readiness"}).json()["project"] is not None
    assert api_client(agent).post(path, {"project": None}).json()["project"] is None
    assert last_kind(ticket) == "ticket.project_changed"


def test_a_project_of_another_organisation_does_not_exist(
    worker: User, project: Project, agent: User, city: Organisation
) -> None:
    theirs = Project.objects.create(organisation=city, name="Winter readiness")
    log(worker, project="Website")
    ticket = Ticket.objects.get()
    before = state_of(ticket)
    for name in (str(theirs.pk), theirs.name):
        body = {"title": "Fix", "project": name}
        assert_problem(api_client(worker).post(f"{ROOT}/tickets/", body), 400, "unknown")
        assert_problem(api_client(worker).post(path_of(ticket, "project"), {"project": name}), 400, "unknown")
    for verb in ("", "close/", "reopen/"):
        address = f"{PROJECTS}{theirs.pk}/{verb}"
        ask = api_client(worker).post if verb else api_client(worker).delete
        assert_problem(ask(address), 404, "not_found")
    theirs.refresh_from_db()
    assert (theirs.closed_at, state_of(ticket), Ticket.objects.count()) == (None, before, 1)


def test_only_a_project_that_never_had_a_ticket_is_deleted(worker: User, project: Project) -> None:
    log(worker, project="Website")
    address = f"{PROJECTS}{project.pk}/"
    assert_problem(api_client(worker).delete(address), 409, "project_has_tickets")
    empty = api_client(worker).post(PROJECTS, {"name": "By mistake"}).json()["id"]
    assert api_client(worker).delete(f"{PROJECTS}{empty}/").status_code == 204
    assert list(Project.objects.values_list("name", flat=True)) == ["Website"]


def test_put_writes_a_project_anew(worker: User, project: Project) -> None:
    Project.objects.update(description="The old one.")
    address = f"{PROJECTS}{project.pk}/"
    written = api_client(worker).put(address, {"name": "Website 2"}).json()
    assert (written["name"], written["description"]) == ("Website 2", "")
    assert_problem(api_client(worker).put(address, {"description": "x"}), 400)
    assert_problem(api_client(worker).put(address, {"name": "Website 3", "is_closed": True}), 400)
    assert Project.objects.get().name == "Website 2"


def test_who_only_reads_does_not_close_or_delete(
    company: Organisation, project: Project, resident: User
) -> None:
    auditor = MembershipFactory.create(organisation=company, role=Role.AUDITOR).user
    address = f"{PROJECTS}{project.pk}/"
    assert_problem(api_client(auditor).post(f"{address}close/"), 403, "not_allowed")
    assert_problem(api_client(auditor).delete(address), 403, "not_allowed")
    assert_problem(api_client(auditor).put(address, {"name": "Mine"}), 403, "not_allowed")
    assert_problem(api_client(resident).post(f"{address}close/"), 404)
    assert_problem(api_client().post(f"{address}close/"), 401)
    project.refresh_from_db()
    assert (project.name, project.closed_at) == ("Website", None)


def test_the_list_of_projects_costs_the_same_for_one_and_three(
    worker: User, project: Project, django_assert_num_queries: Any
) -> None:
    client = api_client(worker)
    with django_assert_num_queries(4) as one:
        client.get(PROJECTS)
    for name in ("Launch", "Move"):
        Project.objects.create(organisation=project.organisation, name=name)
    with django_assert_num_queries(len(one)):
        client.get(PROJECTS)


# The console


def test_the_console_shows_projects_with_their_work(
    agent: User, city: Organisation, client: Any, category: Any
) -> None:
    project = Project.objects.create(organisation=city, name="Winter readiness")
    report_ticket(category, project=project)
    client.force_login(agent)
    page = client.get("/console/tickets/project/").content.decode()
    assert "Winter readiness" in page
    assert re.search(rf'\?project={project.pk}">1</a>', page)


def test_the_console_begins_changes_closes_and_deletes_projects(
    agent: User, city: Organisation, client: Any
) -> None:
    client.force_login(agent)
    root = "/console/tickets/project/"
    client.post(f"{root}add/", {"organisation": city.pk, "name": "Winter", "description": "Before June."})
    project = Project.objects.get()
    assert (project.name, project.description, project.organisation) == ("Winter", "Before June.", city)
    client.post(f"{root}{project.pk}/change/", {"name": "Winter 2027", "description": ""})
    for action, is_closed in (("close", True), ("close", True), ("reopen", False)):
        client.post(root, {"action": action, "_selected_action": [str(project.pk)]})
        project.refresh_from_db()
        assert (project.name, project.is_closed) == ("Winter 2027", is_closed)
    client.post(f"{root}{project.pk}/delete/", {"post": "yes"})
    assert Project.objects.count() == 0


def test_the_console_keeps_a_project_that_has_tickets(
    agent: User, city: Organisation, client: Any, category: Any
) -> None:
    project = Project.objects.create(organisation=city, name="Winter readiness")
    report_ticket(category, project=project)
    client.force_login(agent)
    client.post(f"/console/tickets/project/{project.pk}/delete/", {"post": "yes"})
    assert Project.objects.get() == project
