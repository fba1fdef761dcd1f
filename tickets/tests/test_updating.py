"""PATCH: several changes at once, each with the rules of its verb, all or none, told as one update."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory
from departments.tests.factories import CategoryFactory, DepartmentFactory
from tickets.enums import EventKind
from tickets.models import Project, Ticket
from tickets.tests.api import ROOT, api_client, assert_problem, path_of, state_of
from tickets.tests.cast import member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(db: None) -> Organisation:
    return OrganisationFactory.create(public_reports=False, verification_required=False)


@pytest.fixture
def project(company: Organisation) -> Project:
    return Project.objects.create(organisation=company, name="Website")


@pytest.fixture
def team(company: Organisation) -> list[User]:
    return [MembershipFactory.create(organisation=company, role=Role.AGENT).user for _ in range(3)]


def log(worker: User, **fields: Any) -> Any:
    return api_client(worker).post(f"{ROOT}/tickets/", {"title": "Fix the database", **fields})


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("pk").values_list("kind", flat=True))


def test_a_ticket_has_a_lead_and_any_number_of_assignees_and_no_update_date_yet(
    project: Project, team: list[User]
) -> None:
    lead, *others = team
    shown = log(lead, project="website", lead=lead.email, assignees=[str(person.pk) for person in others])
    ticket = shown.json()
    assert (ticket["status"], ticket["updated_at"]) == ("open", None)
    assert ticket["lead"]["id"] == str(lead.pk)
    assert [person["id"] for person in ticket["assignees"]] == [str(person.pk) for person in others]
    assert ticket["created_at"] is not None
    assert kinds(Ticket.objects.get()) == ["ticket.created", "ticket.assignment_overridden"]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("open", "open"),
        ("not started", "open"),
        ("in progress", "in_progress"),
        ("In Progress", "in_progress"),
        ("closed", "closed"),
        ("complete", "closed"),
    ],
)
def test_a_ticket_is_logged_with_a_status_in_words(
    project: Project, team: list[User], word: str, status: str
) -> None:
    ticket = log(team[0], project="website", status=word).json()
    assert (ticket["status"], ticket["updated_at"]) == (status, None)
    assert (ticket["closed_at"] is not None) == (status == "closed")


@pytest.mark.parametrize("word", ["resolved", "responded", "done soon", "", 3, None, ["open"], {}])
def test_a_ticket_is_not_logged_with_any_other_status(project: Project, team: list[User], word: Any) -> None:
    answer = assert_problem(log(team[0], project="website", status=word), 400)
    assert list(answer["errors"]) == ["status"]
    assert Ticket.objects.count() == 0


def test_one_patch_makes_several_changes_and_is_one_update(project: Project, team: list[User]) -> None:
    lead, second, third = team
    Project.objects.create(organisation=project.organisation, name="Launch")
    log(lead, project="website", lead=lead.email)
    ticket = Ticket.objects.get()
    wanted = {
        "title": "Fix the database at last",
        "status": "in progress",
        "priority": "high",
        "project": "launch",
        "lead": second.email,
        "assignees": [third.email],
        "tags": ["Database"],
    }
    shown = api_client(lead).patch(path_of(ticket), wanted).json()

    assert (shown["title"], shown["status"], shown["priority"]) == (wanted["title"], "in_progress", "high")
    assert (shown["project"]["name"], shown["lead"]["id"]) == ("Launch", str(second.pk))
    assert ([row["id"] for row in shown["assignees"]], shown["tags"]) == ([str(third.pk)], ["database"])
    assert shown["updated_at"] is not None
    changed = ticket.events.order_by("pk")[2:]
    assert [event.kind for event in changed] == [
        EventKind.STARTED,
        EventKind.EDITED,
        EventKind.PROJECT_CHANGED,
        EventKind.PRIORITY_CHANGED,
        EventKind.ASSIGNEES_CHANGED,
        EventKind.ASSIGNMENT_OVERRIDDEN,
    ]
    assert (len({event.update_key for event in changed}), len({event.occurred_at for event in changed})) == (
        1,
        1,
    )
    assert shown["version"] == 2 + len(changed)


def test_what_is_so_already_changes_nothing(project: Project, team: list[User]) -> None:
    lead, second, _third = team
    log(lead, project="website", lead=lead.email, assignees=[second.email])
    ticket = Ticket.objects.get()
    before = state_of(ticket)
    same = {
        "title": ticket.title,
        "status": "open",
        "priority": "medium",
        "project": "Website",
        "lead": lead.email,
        "assignees": [str(second.pk)],
    }
    for body in (same, {}):
        assert api_client(lead).patch(path_of(ticket), body).status_code == 200
    assert state_of(ticket) == before


def test_one_refusal_refuses_the_whole_update(project: Project, team: list[User]) -> None:
    log(team[0], project="website")
    ticket = Ticket.objects.get()
    before = state_of(ticket)
    body = {"title": "Something else", "priority": "high", "status": "resolved"}
    assert_problem(api_client(team[0]).patch(path_of(ticket), body), 400, "note_required")
    assert state_of(ticket) == before


def test_a_closed_ticket_is_reopened_before_and_closed_after_the_other_changes(
    project: Project, team: list[User]
) -> None:
    log(team[0], project="website")
    ticket = Ticket.objects.get()
    client = api_client(team[0])
    assert client.patch(path_of(ticket), {"title": "One", "status": "closed"}).json()["status"] == "closed"
    assert_problem(client.patch(path_of(ticket), {"title": "Two"}), 409, "transition_not_allowed")
    assert_problem(client.patch(path_of(ticket), {"status": "in progress"}), 400, "note_required")
    body = {"title": "Two", "status": "in progress", "note": "It is back."}
    shown = client.patch(path_of(ticket), body).json()
    assert (shown["title"], shown["status"], shown["reopened_count"]) == ("Two", "in_progress", 1)
    assert kinds(ticket)[1:] == ["ticket.edited", "ticket.closed", "ticket.reopened", "ticket.edited"]


def test_an_old_version_changes_nothing(project: Project, team: list[User]) -> None:
    log(team[0], project="website")
    ticket = Ticket.objects.get()
    client = api_client(team[0])
    client.patch(path_of(ticket), {"title": "One"})
    before = state_of(ticket)
    stale = client.patch(path_of(ticket), {"title": "Two", "status": "closed"}, headers={"If-Match": '"1"'})
    assert assert_problem(stale, 412, "stale_version")["version"] == 2
    assert state_of(ticket) == before


def test_category_and_department_are_moved_by_their_verbs(ticket: Ticket) -> None:
    organisation_admin = member_of(ticket.organisation, Role.ORGANISATION_ADMIN)
    other = CategoryFactory.create(department=DepartmentFactory.create(organisation=ticket.organisation))
    body = {"category": other.code, "department": other.department.code, "priority": "urgent"}
    assert api_client(organisation_admin).patch(path_of(ticket), body).status_code == 200
    ticket.refresh_from_db()
    assert (ticket.category, ticket.department, ticket.priority) == (other, other.department, 4)


PEOPLE = {
    "named twice": lambda team, _outside: [team[0].email, team[0].email],
    "named twice, once by id": lambda team, _outside: [team[0].email, str(team[0].pk)],
    "somebody of another organisation": lambda _team, outside: [outside.email],
    "an id of another organisation": lambda _team, outside: [str(outside.pk)],
    "nobody": lambda _team, _outside: ["nobody@example.org"],
    "not a list": lambda team, _outside: team[0].email,
    "a number": lambda _team, _outside: [7],
    "a list in a list": lambda team, _outside: [[team[0].email]],
    "nothing in it": lambda _team, _outside: [""],
    "control characters": lambda _team, _outside: ["a\x00b"],
    "too many": lambda _team, _outside: [f"p{number}@example.org" for number in range(101)],
}


@pytest.mark.parametrize("case", PEOPLE.values(), ids=PEOPLE.keys())
def test_assignees_that_cannot_be_are_refused(
    project: Project, team: list[User], outside_agent: User, case: Any
) -> None:
    log(team[0], project="website", assignees=[team[1].email])
    ticket = Ticket.objects.get()
    before = state_of(ticket), list(ticket.assignees.values())
    people = case(team, outside_agent)
    client = api_client(team[0])
    answers = [
        client.patch(path_of(ticket), {"assignees": people}),
        client.put(path_of(ticket, "assignees"), {"assignees": people}),
        client.post(path_of(ticket, "assignees"), {"assignees": people}),
        log(team[0], project="website", assignees=people),
    ]
    for answer in answers:
        assert next(iter(assert_problem(answer, 400)["errors"])).startswith("assignees")
    assert (state_of(ticket), list(ticket.assignees.values())) == before
    assert Ticket.objects.count() == 1


def test_naming_somebody_twice_has_a_code_of_its_own(project: Project, team: list[User]) -> None:
    answer = log(team[0], project="website", assignees=[str(team[0].email).upper(), str(team[0].pk)])
    assert_problem(answer, 400, "named_twice")


LEADS = ["nobody@example.org", "", None, 7, ["a"], "a\x00b", "x" * 255]


@pytest.mark.parametrize("lead", LEADS, ids=range(len(LEADS)))
def test_a_lead_that_cannot_be_is_refused(project: Project, team: list[User], lead: Any) -> None:
    log(team[0], project="website", lead=team[0].email)
    ticket = Ticket.objects.get()
    before = state_of(ticket)
    assert_problem(api_client(team[0]).patch(path_of(ticket), {"lead": lead}), 400)
    assert state_of(ticket) == before


@pytest.mark.parametrize("name", ["Title", "titel", "created_at", "updated_at", "reporter", "id", "version"])
def test_unknown_fields_are_refused(project: Project, team: list[User], name: str) -> None:
    log(team[0], project="website")
    ticket = Ticket.objects.get()
    before = state_of(ticket)
    answer = api_client(team[0]).patch(path_of(ticket), {name: "x", "title": "Other"})
    assert list(assert_problem(answer, 400)["errors"]) == [name]
    assert state_of(ticket) == before


def test_people_are_found_by_the_same_queries_however_many(project: Project, team: list[User]) -> None:
    log(team[0], project="website", assignees=[team[0].email])
    client, path = api_client(team[0]), path_of(Ticket.objects.get(), "assignees")
    with CaptureQueriesContext(connection) as one:
        client.put(path, {"assignees": [team[1].email]})
    with CaptureQueriesContext(connection) as three:
        assert (
            len(client.put(path, {"assignees": [person.email for person in team]}).json()["assignees"]) == 3
        )
    assert len(one) == len(three)
