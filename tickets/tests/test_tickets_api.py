"""Tickets over HTTP: log, read, list, correct; who sees what."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory
from departments.models import Category
from departments.tests.factories import CategoryFactory, DepartmentFactory, WardFactory, staff_member
from tickets.enums import EventKind, Source
from tickets.models import Ticket
from tickets.tests.api import ROOT, api_client, assert_problem, last_kind, path_of, state_of
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
TICKETS = f"{ROOT}/tickets/"


def pipe(kind: Category, **fields: Any) -> dict[str, Any]:
    where = {"latitude": -25.7449, "longitude": 28.1878}
    return {"title": "Burst pipe", "category": kind.code, **where, **fields}


# Logging


def test_a_resident_logs_a_ticket_that_has_everything_at_once(
    category: Category, agent: User, resident: User
) -> None:
    WardFactory.create(organisation=category.organisation, number=58, latitude=-25.7449, longitude=28.1878)

    response = api_client(resident).post(TICKETS, pipe(category, description="Since this morning."))

    assert response.status_code == 201, response.content
    shown = response.json()
    ticket = Ticket.objects.get()
    assert response["Location"] == f"http://testserver{path_of(ticket)}" == shown["links"]["self"]
    assert response["ETag"] == f'"{ticket.version}"'
    assert (ticket.reporter, ticket.source, ticket.assignee) == (resident, Source.API, agent)
    assert (shown["reference"], shown["status"], shown["outcome"]) == (ticket.reference, "open", None)
    assert (shown["category"]["code"], shown["ward"]["number"]) == (category.code, 58)
    assert shown["department"] == {
        "id": str(category.department.pk),
        "code": category.department.code,
        "name": category.department.name,
    }
    assert (shown["customer_email"], shown["customer_phone"]) == (resident.email, resident.phone)
    assert shown["due_at"].endswith("Z")
    assert ticket.events.order_by("pk")[0].kind == EventKind.CREATED


def test_a_category_is_named_by_its_id_as_well(category: Category, resident: User) -> None:
    shown = api_client(resident).post(TICKETS, pipe(category, category=str(category.pk))).json()
    assert shown["category"]["code"] == category.code


def test_a_visitor_logs_with_a_way_to_be_reached_and_reads_no_names_back(category: Category) -> None:
    body = pipe(category, customer_name="Gogo Nkosi", customer_phone="082 555 1234")
    response = api_client().post(TICKETS, body)

    assert response.status_code == 201, response.content
    ticket = Ticket.objects.get()
    assert (ticket.reporter, ticket.reporter_name, ticket.reporter_phone) == (
        None,
        "Gogo Nkosi",
        "+27825551234",
    )
    assert [response.json()[f"customer_{part}"] for part in ("name", "email", "phone")] == [None] * 3


def test_a_visitor_who_cannot_be_reached_is_asked_how(category: Category) -> None:
    problem = assert_problem(api_client().post(TICKETS, pipe(category)), 400, "reporter_needed")
    assert problem["errors"]
    assert Ticket.objects.count() == 0


def test_a_visitor_cannot_log_where_an_organisation_is_not_public(
    category: Category, city: Organisation
) -> None:
    city.public_reports = False
    city.save()
    body = pipe(category, customer_phone="082 555 1234")
    assert_problem(api_client().post(TICKETS, body), 404, "not_found")
    assert_problem(
        api_client().post(TICKETS, body | {"organisation": city.slug}), 400, "unknown_organisation"
    )
    assert Ticket.objects.count() == 0


def test_the_call_centre_logs_for_a_caller(category: Category, city: Organisation) -> None:
    operator = MembershipFactory.create(organisation=city, role=Role.CALL_CENTRE).user
    body = pipe(category, customer_name="Thandi", customer_phone="082 123 4567", source="call_centre")

    response = api_client(operator).post(TICKETS, body)

    assert response.status_code == 201, response.content
    ticket = Ticket.objects.get()
    assert (ticket.reporter, ticket.reporter_phone, ticket.source) == (
        None,
        "+27821234567",
        Source.CALL_CENTRE,
    )
    assert ticket.events.order_by("pk")[0].on_behalf_of == "+27821234567"


def test_a_resident_cannot_log_for_somebody_else(category: Category, resident: User) -> None:
    body = pipe(category, customer_email="other@example.org")
    assert_problem(api_client(resident).post(TICKETS, body), 403, "not_allowed")
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize(
    "field",
    [
        {"priority": "urgent"},
        {"assignees": ["someone@example.org"]},
        {"lead": "someone@example.org"},
        {"project": "Winter"},
        {"tags": ["vip"]},
        {"external_ref": "X-1"},
        {"source": "import"},
    ],
    ids=lambda field: next(iter(field)),
)
def test_what_decides_over_staffs_work_is_for_staff(category: Category, resident: User, field: Any) -> None:
    problem = assert_problem(api_client(resident).post(TICKETS, pipe(category, **field)), 403, "not_allowed")
    assert list(problem["errors"]) == list(field)
    assert Ticket.objects.count() == 0


def test_staff_set_priority_people_tags_and_reference(
    category: Category, department_admin: User, agent: User
) -> None:
    lead = staff_member(category.department)
    body = pipe(
        category,
        priority="high",
        tags=["School", "school", "Leak"],
        external_ref="ERP-77",
        assignees=[agent.email],
        lead=str(lead.pk),
    )

    response = api_client(department_admin).post(TICKETS, body)

    assert response.status_code == 201, response.content
    shown = response.json()
    assert (shown["priority"], shown["tags"], shown["external_ref"]) == ("high", ["school", "leak"], "ERP-77")
    assert [person["id"] for person in shown["assignees"]] == [str(agent.pk)]
    assert shown["lead"]["id"] == str(lead.pk)

    again = api_client(department_admin).post(TICKETS, pipe(category, external_ref="ERP-77"))
    assert_problem(again, 409, "external_ref_taken")
    assert Ticket.objects.count() == 1


def test_who_may_not_choose_the_lead_logs_nothing_at_all(category: Category, agent: User) -> None:
    body = pipe(category, lead=str(staff_member(category.department).pk))
    before = Ticket.objects.count()
    # With one of them assigned already, the other has to be decided by an admin.
    category.department.members.exclude(user=agent).update(is_available=False)
    assert_problem(api_client(agent).post(TICKETS, body), 403, "not_allowed")
    assert Ticket.objects.count() == before


def test_foreign_rows_are_unknown_when_logging(
    category: Category, department_admin: User, outside_agent: User
) -> None:
    theirs = burst_pipe_category()
    client = api_client(department_admin)
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("category", {"category": str(theirs.pk)}),
        ("category", {"category": theirs.code}),
        ("department", {"department": str(theirs.department.pk)}),
        ("assignees", {"assignees": [outside_agent.email]}),
        ("lead", {"lead": str(outside_agent.pk)}),
        ("project", {"project": "Nowhere"}),
    ]
    for field, fields in bodies:
        problem = assert_problem(client.post(TICKETS, pipe(category, **fields)), 400, "unknown")
        assert list(problem["errors"]) == [field]
    assert Ticket.objects.count() == 0


def test_who_works_in_several_organisations_says_which(
    category: Category, agent: User, city: Organisation
) -> None:
    other = burst_pipe_category().organisation
    MembershipFactory.create(organisation=other, user=agent)
    client = api_client(agent)

    assert_problem(client.get(TICKETS), 400, "organisation_needed")
    assert_problem(client.post(TICKETS, pipe(category)), 400, "organisation_needed")
    assert client.get(TICKETS, {"organisation": other.slug}).json()["results"] == []
    shown = client.post(TICKETS, pipe(category, organisation=city.slug)).json()
    assert shown["organisation"] == city.slug


def test_the_host_decides_for_visitors_whose_tickets_they_see(ticket: Ticket) -> None:
    other = OrganisationFactory.create(domain="city.example")
    shown = report_ticket(
        CategoryFactory.create(department=DepartmentFactory.create(organisation=other)), title="Over there"
    )

    def references(host: str) -> list[str]:
        return [row["reference"] for row in api_client().get(TICKETS, HTTP_HOST=host).json()["results"]]

    assert references("city.example") == [shown.reference]
    assert references("elsewhere.example") == [ticket.reference]


# Reading


def test_a_visitor_reads_a_public_ticket_without_who_reported_it(
    ticket: Ticket, resident: User, agent: User
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(external_ref="ERP-1", tags=["vip"])
    client = api_client()
    shown = client.get(path_of(ticket)).json()
    listed = client.get(TICKETS).json()["results"][0]

    for answer in (shown, listed):
        text = str(answer)
        for secret in (resident.full_name, resident.email, resident.phone, agent.full_name, "ERP-1", "vip"):
            assert str(secret) not in text
        assert (answer["customer_name"], answer["lead"], answer["assignees"]) == (None, None, [])
    assert shown["title"] == ticket.title


def test_a_list_and_a_detail_show_the_same_ticket(ticket: Ticket, agent: User) -> None:
    client = api_client(agent)
    detail = client.get(path_of(ticket)).json()
    for name in ("verbs", "is_supported", "is_followed"):
        detail.pop(name)
    assert client.get(TICKETS).json()["results"] == [detail]


def test_the_auditor_sees_the_ticket_but_not_the_reporter(ticket: Ticket, auditor: User) -> None:
    shown = api_client(auditor).get(path_of(ticket)).json()
    assert shown["lead"] is not None
    assert shown["customer_email"] is None


def test_the_reporter_and_the_agent_see_the_reporter(ticket: Ticket, resident: User, agent: User) -> None:
    for user in (resident, agent):
        assert api_client(user).get(path_of(ticket)).json()["customer_email"] == resident.email


def test_a_private_ticket_is_not_there_for_others(
    private_ticket: Ticket, neighbour: User, outside_agent: User, resident: User, agent: User
) -> None:
    for user in (None, neighbour, outside_agent):
        client = api_client(user)
        assert_problem(client.get(path_of(private_ticket)), 404, "not_found")
        assert_problem(client.get(f"{TICKETS}{private_ticket.pk}/"), 404, "not_found")
    for user in (resident, agent):
        assert api_client(user).get(path_of(private_ticket)).status_code == 200


def test_lists_hold_only_the_organisations_own(
    ticket: Ticket, private_ticket: Ticket, outside_agent: User, neighbour: User, agent: User
) -> None:
    def references(user: Any, **query: str) -> set[str]:
        return {row["reference"] for row in api_client(user).get(TICKETS, query).json()["results"]}

    assert references(outside_agent) == set()
    assert references(agent) == {ticket.reference, private_ticket.reference}
    assert references(neighbour) == {ticket.reference}
    assert references(outside_agent, organisation=ticket.organisation.slug) == {ticket.reference}


def test_a_ticket_is_found_by_id_and_by_a_reference_as_people_type_it(ticket: Ticket) -> None:
    client = api_client()
    typed = ticket.reference.lower().replace("-", " ")
    for name in (str(ticket.pk), ticket.reference, typed):
        assert client.get(f"{TICKETS}{name}/").json()["reference"] == ticket.reference


def test_a_mistyped_reference_is_told_from_a_missing_one(ticket: Ticket) -> None:
    assert_problem(api_client().get(f"{TICKETS}TSH-222-222/"), 400, "mistyped_reference")


def test_a_reader_who_has_the_version_gets_304_and_no_body(ticket: Ticket, agent: User) -> None:
    client = api_client(agent)
    first = client.get(path_of(ticket))
    for tag in (first["ETag"], f"W/{first['ETag']}", f'"9", {first["ETag"]}', "*"):
        again = client.get(path_of(ticket), headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    client.post(path_of(ticket, "start"))
    assert client.get(path_of(ticket), headers={"If-None-Match": first["ETag"]}).status_code == 200


# Correcting


def test_staff_correct_title_place_and_tags(ticket: Ticket, agent: User) -> None:
    ward = WardFactory.create(organisation=ticket.organisation, number=7, latitude=-25.6, longitude=28.3)
    body = {
        "title": "  Burst   main ",
        "description": "Worse than we thought.",
        "address": "Corner of Church and Bosman",
        "tags": ["Main"],
        "latitude": -25.6,
        "longitude": 28.3,
    }

    response = api_client(agent).patch(path_of(ticket), body)

    assert response.status_code == 200, response.content
    ticket.refresh_from_db()
    assert (ticket.title, ticket.tags, ticket.ward) == ("Burst main", ["main"], ward)
    event = ticket.events.order_by("-pk")[0]
    assert event.kind == EventKind.EDITED
    assert event.changes["title"] == ["Burst pipe in Church Street", "Burst main"]
    assert set(event.changes) == {*body, "ward"}


def test_correcting_nothing_is_no_event(ticket: Ticket, agent: User) -> None:
    before = state_of(ticket)
    response = api_client(agent).patch(path_of(ticket), {"title": ticket.title})
    assert response.status_code == 200
    assert state_of(ticket) == before


def test_only_fields_that_can_be_corrected_are_taken(ticket: Ticket, agent: User) -> None:
    before = state_of(ticket)
    for field in ("version", "reporter", "organisation", "reference", "created_at"):
        problem = assert_problem(api_client(agent).patch(path_of(ticket), {field: "x"}), 400, "invalid")
        assert list(problem["errors"]) == [field]
    assert_problem(api_client(agent).patch(path_of(ticket), {"latitude": 1.0}), 400)
    assert_problem(api_client(agent).patch(path_of(ticket), {"title": ""}), 400)
    assert state_of(ticket) == before


def test_others_cannot_correct_or_withdraw(
    ticket: Ticket, private_ticket: Ticket, neighbour: User, outside_agent: User, auditor: User
) -> None:
    before = state_of(ticket), state_of(private_ticket)
    body = {"title": "Mine now"}
    for user in (neighbour, outside_agent, auditor):
        assert_problem(api_client(user).patch(path_of(ticket), body), 403, "not_allowed")
        assert_problem(api_client(user).delete(path_of(ticket)), 403, "not_allowed")
    for user in (neighbour, outside_agent):
        assert_problem(api_client(user).patch(path_of(private_ticket), body), 404, "not_found")
        assert_problem(api_client(user).delete(path_of(private_ticket)), 404, "not_found")
    assert_problem(api_client().patch(path_of(ticket), body), 401, "not_authenticated")
    assert (state_of(ticket), state_of(private_ticket)) == before


def test_a_stale_correction_and_a_stale_withdrawal_change_nothing(
    ticket: Ticket, agent: User, department_admin: User
) -> None:
    api_client(agent).post(path_of(ticket, "start"))
    before = state_of(ticket)
    stale = {"If-Match": '"1"'}
    assert_problem(api_client(agent).patch(path_of(ticket), {"title": "Old"}, headers=stale), 412)
    assert_problem(api_client(department_admin).delete(path_of(ticket), headers=stale), 412)
    assert (state_of(ticket), last_kind(ticket)) == (before, EventKind.STARTED)


# Cost


@pytest.mark.parametrize("who", ["agent", "resident", "visitor"])
def test_a_list_costs_the_same_for_one_row_and_three(
    category: Category, agent: User, resident: User, ticket: Ticket, who: str
) -> None:
    user = {"agent": agent, "resident": resident, "visitor": None}[who]
    client = api_client(user)

    def cost(rows: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(client.get(TICKETS).json()["results"]) == rows
        return len(queries)

    one = cost(1)
    report_ticket(category, reporter=resident)
    report_ticket(category, reporter=resident)
    assert cost(3) == one
    assert one <= 6
