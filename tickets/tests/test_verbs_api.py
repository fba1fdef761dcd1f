"""Each verb over HTTP: the state and the event it leaves, and that a refusal leaves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Organisation, User
from departments.enums import Priority
from departments.models import Category
from departments.tests.factories import (
    CategoryFactory,
    DepartmentFactory,
    DepartmentMemberFactory,
    StageFactory,
    staff_member,
)
from tickets.actions.lifecycle import resolve_ticket, respond, start_work, withdraw_ticket
from tickets.enums import EventKind, Outcome, Status
from tickets.models import Project, Ticket
from tickets.tests.api import api_client, assert_problem, last_kind, path_of, state_of
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db

# Verb -> a body that is well-formed. Names of rows are filled in where "{…}" stands.
BODIES: dict[str, dict[str, Any]] = {
    "start": {},
    "respond": {"message": "Which side of the street?"},
    "resolve": {"note": "New coupling fitted."},
    "complete": {},
    "reject": {"reason": "Not our road."},
    "reopen": {"reason": "It is back."},
    "status": {"status": "in progress"},
    "assign": {"assignee": "{agent}", "reason": "Knows the place."},
    "assignees": {"assignees": ["{agent}"]},
    "pick": {},
    "transfer": {"department": "{department}", "reason": "The road sank in."},
    "promote": {"note": "Inspected."},
    "priority": {"priority": "urgent", "reason": "A clinic is dry."},
    "route": {"category": "{category}"},
    "project": {"project": "{project}"},
    "messages": {"body": "Please hurry."},
    "notes": {"body": "Key at the depot."},
    "verification/new-code": {},
}


def filled(verb: str, **names: Any) -> dict[str, Any]:
    def fill(value: Any) -> Any:
        if isinstance(value, list):
            return [fill(part) for part in value]
        return value.format(**names) if isinstance(value, str) else value

    return {key: fill(value) for key, value in BODIES[verb].items()}


@pytest.fixture
def names(category: Category, agent: User) -> dict[str, str]:
    other = CategoryFactory.create(department=DepartmentFactory.create(organisation=category.organisation))
    project = Project.objects.create(organisation=category.organisation, name="Winter readiness")
    return {
        "agent": str(agent.pk),
        "department": other.department.code,
        "category": other.code,
        "project": str(project.pk),
    }


@pytest.mark.parametrize(
    ("verb", "status", "kind"),
    [
        ("start", Status.IN_PROGRESS, EventKind.STARTED),
        ("respond", Status.RESPONDED, EventKind.RESPONDED),
        ("resolve", Status.RESOLVED, EventKind.RESOLVED),
        ("reject", Status.CLOSED, EventKind.CLOSED),
        ("status", Status.IN_PROGRESS, EventKind.STARTED),
        ("priority", Status.OPEN, EventKind.PRIORITY_CHANGED),
    ],
)
def test_a_verb_changes_the_ticket_and_answers_with_it(
    ticket: Ticket, agent: User, names: dict[str, str], verb: str, status: str, kind: str
) -> None:
    response = api_client(agent).post(path_of(ticket, verb), filled(verb, **names))

    assert response.status_code == 200, response.content
    shown = response.json()
    ticket.refresh_from_db()
    assert (ticket.status, last_kind(ticket)) == (status, kind)
    assert (shown["status"], shown["version"], shown["reference"]) == (
        status,
        ticket.version,
        ticket.reference,
    )
    assert response["ETag"] == f'"{ticket.version}"'
    assert ticket.events.order_by("-pk")[0].actor == agent


def test_what_resolve_says_is_on_the_event_and_asks_for_the_proof(ticket: Ticket, agent: User) -> None:
    api_client(agent).post(path_of(ticket, "resolve"), {"note": "New coupling fitted."})

    assert ticket.events.order_by("-pk")[0].note == "New coupling fitted."
    assert ticket.verifications.pending().count() == 1


def test_reject_closes_with_the_outcome(ticket: Ticket, agent: User) -> None:
    shown = api_client(agent).post(path_of(ticket, "reject"), {"reason": "Not our road."}).json()

    assert (shown["status"], shown["outcome"]) == ("closed", "rejected")


def test_complete_closes_only_where_no_proof_is_asked_for(
    ticket: Ticket, agent: User, city: Organisation
) -> None:
    before = state_of(ticket)
    assert_problem(api_client(agent).post(path_of(ticket, "complete")), 409, "verification_required")
    assert state_of(ticket) == before

    city.verification_required = False
    city.save()
    shown = api_client(agent).post(path_of(ticket, "complete"), {"note": "Done."}).json()
    assert (shown["status"], shown["outcome"]) == ("closed", "completed")


def test_reopen_takes_a_resolved_ticket_back_to_work(ticket: Ticket, agent: User) -> None:
    resolve_ticket(ticket, note="Done.", acting_user=agent)

    shown = api_client(agent).post(path_of(ticket, "reopen"), {"reason": "It is back."}).json()

    assert (shown["status"], shown["reopened_count"], last_kind(ticket)) == (
        "in_progress",
        1,
        EventKind.REOPENED,
    )


def test_assign_gives_the_ticket_to_the_named_member_and_pins_it(
    ticket: Ticket, department_admin: User, category: Category
) -> None:
    helper = staff_member(category.department, email="helper@example.org")

    for key in (str(helper.pk), "HELPER@example.org"):
        response = api_client(department_admin).post(
            path_of(ticket, "assign"), {"assignee": key, "reason": "Knows the place."}
        )
        assert response.status_code == 200, response.content

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.is_pinned) == (helper, True)
    assert last_kind(ticket) == EventKind.ASSIGNMENT_OVERRIDDEN
    assert response.json()["lead"] == {"id": str(helper.pk), "full_name": helper.full_name}


def test_an_agent_cannot_override_an_assignment(ticket: Ticket, agent: User) -> None:
    before = state_of(ticket)
    body = {"assignee": str(agent.pk), "reason": "Me."}
    assert_problem(api_client(agent).post(path_of(ticket, "assign"), body), 403, "not_allowed")
    assert state_of(ticket) == before


def test_a_colleague_of_another_department_is_no_assignee(
    ticket: Ticket, department_admin: User, city: Organisation
) -> None:
    stranger = staff_member(DepartmentFactory.create(organisation=city))
    before = state_of(ticket)
    body = {"assignee": str(stranger.pk), "reason": "Try."}
    problem = assert_problem(api_client(department_admin).post(path_of(ticket, "assign"), body), 400)
    assert (problem["code"], list(problem["errors"])) == ("not_a_member", ["assignee"])
    assert state_of(ticket) == before


def test_assignees_are_replaced_as_a_whole(ticket: Ticket, agent: User, category: Category) -> None:
    helper = staff_member(category.department)
    client = api_client(agent)

    first = client.post(path_of(ticket, "assignees"), {"assignees": [str(helper.pk), str(agent.pk)]}).json()
    second = client.post(path_of(ticket, "assignees"), {"assignees": [str(agent.pk)]}).json()

    assert [person["id"] for person in first["assignees"]] == [str(helper.pk), str(agent.pk)]
    assert [person["id"] for person in second["assignees"]] == [str(agent.pk)]
    event = ticket.events.order_by("-pk")[0]
    assert (event.kind, event.data) == (
        EventKind.ASSIGNEES_CHANGED,
        {"added": [], "removed": [str(helper.pk)]},
    )
    same = client.post(path_of(ticket, "assignees"), {"assignees": [str(agent.pk)]})
    assert_problem(same, 400, "nothing_changed")


def test_two_agents_pick_one_ticket_and_the_second_is_told_who_has_it(
    category: Category, resident: User
) -> None:
    one = staff_member(category.department, full_name="Lerato One")
    two = staff_member(category.department, full_name="Lerato Two")
    category.department.members.update(is_available=False)
    waiting = report_ticket(category, reporter=resident)

    assert api_client(one).post(path_of(waiting, "pick")).status_code == 200
    problem = assert_problem(api_client(two).post(path_of(waiting, "pick")), 409, "already_picked")

    assert "Lerato One" in problem["detail"]
    waiting.refresh_from_db()
    assert (waiting.assignee, last_kind(waiting)) == (one, EventKind.PICKED)


def test_transfer_moves_the_ticket_to_the_other_departments_first_stage(
    ticket: Ticket, agent: User, city: Organisation
) -> None:
    roads = DepartmentFactory.create(organisation=city, code="roads")
    stage = StageFactory.create(department=roads, name="Inspection", position=1)
    later = StageFactory.create(department=roads, name="Repair", position=2)

    shown = api_client(agent).post(
        path_of(ticket, "transfer"), {"department": "roads", "stage": "repair", "reason": "The road sank in."}
    )

    assert shown.status_code == 200, shown.content
    ticket.refresh_from_db()
    assert (ticket.department, ticket.stage, ticket.assignee) == (roads, later, None)
    assert EventKind.TRANSFERRED in ticket.events.values_list("kind", flat=True)
    # The agent has handed it on and sees from now on what everybody sees.
    assert (shown.json()["department"]["code"], shown.json()["customer_email"]) == ("roads", None)
    assert stage != later


def test_promote_goes_to_the_next_stage_until_the_last(
    ticket: Ticket, agent: User, category: Category
) -> None:
    StageFactory.create(department=category.department, name="Inspection", position=1)
    client = api_client(agent)

    shown = client.post(path_of(ticket, "promote"), {"note": "Inspected."}).json()
    assert (shown["stage"]["name"], last_kind(ticket)) == ("Inspection", EventKind.PROMOTED)

    before = state_of(ticket)
    assert_problem(client.post(path_of(ticket, "promote"), {"note": "Again."}), 409, "last_stage")
    assert state_of(ticket) == before


def test_priority_is_spoken_in_words(ticket: Ticket, agent: User) -> None:
    body = {"priority": "URGENT", "reason": "A clinic is dry."}
    shown = api_client(agent).post(path_of(ticket, "priority"), body).json()

    ticket.refresh_from_db()
    assert (shown["priority"], ticket.priority) == ("urgent", Priority.URGENT)


def test_route_takes_the_ticket_to_the_categorys_department(
    ticket: Ticket, agent: User, city: Organisation
) -> None:
    pothole = CategoryFactory.create(department=DepartmentFactory.create(organisation=city), code="pothole")

    response = api_client(agent).post(path_of(ticket, "route"), {"category": "pothole"})

    assert response.status_code == 200, response.content
    ticket.refresh_from_db()
    assert (ticket.category, ticket.department) == (pothole, pothole.department)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("in_progress", Status.IN_PROGRESS),
        ("In Progress", Status.IN_PROGRESS),
        ("RESPONDED", Status.RESPONDED),
        ("resolved", Status.RESOLVED),
    ],
)
def test_a_status_is_asked_for_in_the_words_of_other_systems(
    ticket: Ticket, agent: User, word: str, status: str
) -> None:
    response = api_client(agent).post(path_of(ticket, "status"), {"status": word, "note": "Seen."})

    assert response.status_code == 200, response.content
    ticket.refresh_from_db()
    assert ticket.status == status


@pytest.mark.parametrize("word", ["complete", "CLOSED"])
def test_complete_and_closed_close_where_no_proof_is_asked_for(
    ticket: Ticket, agent: User, city: Organisation, word: str
) -> None:
    city.verification_required = False
    city.save()
    shown = api_client(agent).post(path_of(ticket, "status"), {"status": word}).json()
    assert (shown["status"], shown["outcome"]) == ("closed", "completed")


def test_asking_for_the_status_it_has_and_for_open_is_refused(ticket: Ticket, agent: User) -> None:
    client = api_client(agent)
    before = state_of(ticket)
    assert_problem(client.post(path_of(ticket, "status"), {"status": "not started"}), 400, "nothing_changed")
    assert state_of(ticket) == before

    start_work(ticket, acting_user=agent)
    before = state_of(ticket)
    refused = client.post(path_of(ticket, "status"), {"status": "open"})
    assert_problem(refused, 409, "transition_not_allowed")
    needs_note = client.post(path_of(ticket, "status"), {"status": "resolved"})
    assert_problem(needs_note, 400, "note_required")
    assert state_of(ticket) == before


def test_withdraw_leaves_every_list_and_keeps_the_history(ticket: Ticket, resident: User) -> None:
    client = api_client(resident)

    assert client.delete(path_of(ticket)).status_code == 204

    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome, last_kind(ticket)) == (
        Status.CLOSED,
        Outcome.WITHDRAWN,
        EventKind.WITHDRAWN,
    )
    assert_problem(client.get(path_of(ticket)), 404, "not_found")
    assert client.get("/api/v1/tickets/?mine=true").json()["results"] == []


def test_a_withdrawn_ticket_is_not_withdrawn_again(ticket: Ticket, department_admin: User) -> None:
    withdraw_ticket(ticket, acting_user=department_admin)
    before = state_of(ticket)
    assert_problem(api_client(department_admin).delete(path_of(ticket)), 409, "already_withdrawn")
    assert state_of(ticket) == before


STAFF_VERBS = sorted(set(BODIES) - {"messages", "verification/new-code"})


@pytest.mark.parametrize("verb", STAFF_VERBS)
def test_a_neighbour_sees_the_public_ticket_but_may_not_use_the_verb(
    ticket: Ticket, neighbour: User, names: dict[str, str], verb: str
) -> None:
    before = state_of(ticket)
    answer = api_client(neighbour).post(path_of(ticket, verb), filled(verb, **names))
    assert_problem(answer, 403, "not_allowed")
    assert state_of(ticket) == before


@pytest.mark.parametrize("verb", sorted(BODIES))
def test_a_visitor_is_asked_to_sign_in(ticket: Ticket, names: dict[str, str], verb: str) -> None:
    before = state_of(ticket)
    answer = api_client().post(path_of(ticket, verb), filled(verb, **names))
    assert_problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert state_of(ticket) == before


@pytest.mark.parametrize("verb", sorted(BODIES))
def test_the_agent_of_another_city_finds_nothing(
    private_ticket: Ticket, outside_agent: User, names: dict[str, str], verb: str
) -> None:
    before = state_of(private_ticket)
    answer = api_client(outside_agent).post(path_of(private_ticket, verb), filled(verb, **names))
    assert_problem(answer, 404, "not_found")
    by_id = f"/api/v1/tickets/{private_ticket.pk}/{verb}/"
    assert_problem(api_client(outside_agent).post(by_id, filled(verb, **names)), 404, "not_found")
    assert state_of(private_ticket) == before


VERSIONED = sorted(set(BODIES) - {"complete", "pick", "promote", "reopen", "assign"})


@pytest.mark.parametrize("verb", VERSIONED)
def test_a_stale_version_is_refused_and_the_present_one_named(
    ticket: Ticket, agent: User, names: dict[str, str], verb: str
) -> None:
    start_work(ticket, acting_user=agent)
    ticket.refresh_from_db()
    before = state_of(ticket)

    answer = api_client(agent).post(path_of(ticket, verb), filled(verb, **names), headers={"If-Match": '"1"'})

    problem = assert_problem(answer, 412, "stale_version")
    assert (problem["version"], answer["ETag"]) == (ticket.version, f'"{ticket.version}"')
    assert state_of(ticket) == before


@pytest.mark.parametrize("tag", ["{version}", 'W/"{version}x"', "1", "nonsense", '"1", "2"'])
def test_an_if_match_that_names_no_version_is_refused(ticket: Ticket, agent: User, tag: str) -> None:
    before = state_of(ticket)
    answer = api_client(agent).post(path_of(ticket, "start"), headers={"If-Match": tag})
    assert_problem(answer, 412)
    assert state_of(ticket) == before


@pytest.mark.parametrize("tag", ['"{version}"', 'W/"{version}"', "*"])
def test_the_present_version_passes_weak_or_strong(ticket: Ticket, agent: User, tag: str) -> None:
    ticket.refresh_from_db()
    header = tag.format(version=ticket.version)
    answer = api_client(agent).post(path_of(ticket, "start"), headers={"If-Match": header})
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("verb", ["start", "respond", "resolve", "reject", "promote", "transfer"])
def test_a_closed_ticket_refuses_work(ticket: Ticket, agent: User, names: dict[str, str], verb: str) -> None:
    withdrawn_by = ticket.reporter
    withdraw_ticket(ticket, acting_user=withdrawn_by)
    before = state_of(ticket)
    answer = api_client(agent).post(path_of(ticket, verb), filled(verb, **names))
    assert_problem(answer, 409, "transition_not_allowed")
    assert state_of(ticket) == before


@pytest.mark.parametrize(
    ("verb", "field"),
    [("respond", "message"), ("resolve", "note"), ("reject", "reason"), ("promote", "note")],
)
@pytest.mark.parametrize("words", [None, "", "   "])
def test_a_verb_that_needs_words_asks_for_them_by_the_field(
    ticket: Ticket, agent: User, verb: str, field: Any, words: str | None
) -> None:
    before = state_of(ticket)
    body = {} if words is None else {field: words}
    problem = assert_problem(api_client(agent).post(path_of(ticket, verb), body), 400)
    assert list(problem["errors"]) == [field]
    assert state_of(ticket) == before


def test_foreign_rows_are_refused_as_unknown(
    ticket: Ticket, agent: User, department_admin: User, outside_agent: User
) -> None:
    theirs = outside_agent.department_memberships.get().department
    their_category = CategoryFactory.create(department=theirs, code="theirs")
    before = state_of(ticket)
    client = api_client(department_admin)
    bodies = [
        ("transfer", {"department": str(theirs.pk), "reason": "x"}, "department"),
        ("transfer", {"department": theirs.code, "reason": "x"}, "department"),
        ("route", {"category": str(their_category.pk)}, "category"),
        ("route", {"category": "theirs"}, "category"),
        ("assign", {"assignee": str(outside_agent.pk), "reason": "x"}, "assignee"),
        ("assign", {"assignee": outside_agent.email, "reason": "x"}, "assignee"),
        ("assignees", {"assignees": [str(outside_agent.pk)]}, "assignees"),
    ]
    for verb, body, field in bodies:
        problem = assert_problem(client.post(path_of(ticket, verb), body), 400, "unknown")
        assert list(problem["errors"]) == [field], verb
    assert state_of(ticket) == before


def test_the_reply_of_the_reporter_takes_a_responded_ticket_back_to_work(
    ticket: Ticket, agent: User, resident: User
) -> None:
    respond(ticket, message="Which side?", acting_user=agent)

    response = api_client(resident).post(path_of(ticket, "messages"), {"body": "The left one."})

    assert response.status_code == 201, response.content
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS
    assert EventKind.REPLIED in ticket.events.values_list("kind", flat=True)


def test_a_detail_names_the_verbs_that_are_possible_now(
    ticket: Ticket, agent: User, resident: User, neighbour: User
) -> None:
    def verbs(user: User) -> list[str]:
        shown: list[str] = api_client(user).get(path_of(ticket)).json()["verbs"]
        return shown

    assert verbs(agent) == sorted(
        [
            "edit",
            "follow",
            "merge",
            "messages",
            "notes",
            "notify",
            "pick",
            "priority",
            "project",
            "promote",
            "reject",
            "resolve",
            "respond",
            "route",
            "start",
            "support",
            "transfer",
            "complete",
        ]
    )
    assert verbs(resident) == ["callbacks", "follow", "messages", "support", "withdraw"]
    assert verbs(neighbour) == ["follow", "support"]


def test_both_slash_forms_answer(ticket: Ticket, agent: User, category: Category) -> None:
    DepartmentMemberFactory.create(department=category.department)
    client = api_client(agent)
    assert client.get(path_of(ticket).rstrip("/")).status_code == 200
    assert client.post(path_of(ticket, "start").rstrip("/")).status_code == 200
    assert client.get("/api/v1").json() == client.get("/api/v1/").json()
