"""Tickets go out as a file: in order, only what one may see, resumable, harmless to spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.enums import Role, Scope
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory, issued_key
from departments.models import Category
from departments.tests.factories import DepartmentFactory, staff_member
from tickets.actions.lifecycle import start_work
from tickets.enums import FileFormat
from tickets.exchange import export
from tickets.exchange.columns import COLUMNS
from tickets.exchange.export import exported_lines
from tickets.models import Ticket
from tickets.tests.api import ROOT, api_client, assert_problem
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db
EXPORT = f"{ROOT}/tickets/export/"


@pytest.fixture
def admin(city: Organisation) -> User:
    return MembershipFactory.create(organisation=city, role=Role.ORGANISATION_ADMIN).user


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content).decode()


def rows(user: Any, **query: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text_of(api_client(user).get(EXPORT, query)).splitlines()]


def test_every_ticket_is_one_line_oldest_first(admin: User, category: Category, agent: User) -> None:
    tickets = [report_ticket(category, title=f"Pipe {number}", tags=["a", "b"]) for number in range(3)]
    start_work(tickets[1], acting_user=agent)
    told = rows(admin)
    assert [row["reference"] for row in told] == [ticket.reference for ticket in tickets]
    assert set(told[0]) == {column.name for column in COLUMNS}
    assert [row["status"] for row in told] == ["open", "in_progress", "open"]
    first = told[0]
    assert (first["tags"], first["category"], first["lead"]) == (["a", "b"], category.code, agent.email)
    assert (first["priority"], first["outcome"], first["customer_email"] is not None) == (
        "medium",
        None,
        True,
    )
    assert first["created_at"].endswith("Z")


def test_the_filters_of_the_list_narrow_the_file(admin: User, category: Category, agent: User) -> None:
    begun, _open = (report_ticket(category) for _ in range(2))
    start_work(begun, acting_user=agent)
    assert [row["reference"] for row in rows(admin, status="in progress")] == [begun.reference]
    assert rows(admin, status="closed") == []
    for wrong in ({"status": "dancing"}, {"colour": "red"}, {"format": "xlsx"}):
        assert_problem(api_client(admin).get(EXPORT, wrong), 400)


def test_a_file_that_broke_off_goes_on_behind_the_last_ticket(
    admin: User, category: Category, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "BATCH", 2)
    tickets = [report_ticket(category) for _ in range(5)]
    whole = rows(admin)
    for number, ticket in enumerate(tickets):
        assert rows(admin, after=ticket.reference) == whole[number + 1 :]
    assert rows(admin, after=str(tickets[1].pk)) == whole[2:]
    head, *lines = text_of(api_client(admin).get(EXPORT, {"format": "csv"})).splitlines()
    rest = text_of(api_client(admin).get(EXPORT, {"format": "csv", "after": tickets[2].reference}))
    assert (head.split(",")[0], rest.splitlines()) == ("reference", lines[3:])
    assert_problem(api_client(admin).get(EXPORT, {"after": "nonsense"}), 400, "mistyped_reference")


def test_a_place_in_another_organisations_tickets_is_no_place(admin: User, outside_agent: User) -> None:
    theirs = outside_agent.department_memberships.get().department.categories.get()
    hidden = report_ticket(theirs, is_public=False)
    assert_problem(api_client(admin).get(EXPORT, {"after": hidden.reference}), 404, "not_found")


def test_a_spreadsheet_takes_no_text_for_a_formula(admin: User, category: Category) -> None:
    dangerous = ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)"]
    for title in dangerous:
        report_ticket(category, title=title)
    found = list(csv.DictReader(io.StringIO(text_of(api_client(admin).get(EXPORT, {"format": "csv"})))))
    assert [row["title"] for row in found] == [f"'{title}" for title in dangerous]
    assert found[0]["latitude"].startswith("-25.")
    assert [row["title"] for row in rows(admin)] == dangerous


def test_an_agent_gets_the_tickets_of_own_departments_and_public_ones_without_reporters(
    agent: User, category: Category, city: Organisation
) -> None:
    other = DepartmentFactory.create(organisation=city)
    elsewhere = staff_member(other)
    own = report_ticket(category, is_public=False, tags=["secret"])
    public = report_ticket(category, external_ref="ERP-1", tags=["secret"])
    assert {row["reference"] for row in rows(agent)} == {own.reference, public.reference}
    (seen,) = rows(elsewhere)
    assert seen["reference"] == public.reference
    hidden = (
        "customer_name",
        "customer_email",
        "customer_phone",
        "lead",
        "assignees",
        "tags",
        "external_ref",
    )
    assert [seen[name] for name in hidden] == [None] * len(hidden)


def test_an_auditor_does_not_learn_who_reported(auditor: User, ticket: Ticket) -> None:
    (seen,) = rows(auditor)
    assert [seen[name] for name in ("customer_name", "customer_email", "customer_phone")] == [None] * 3


def test_residents_and_visitors_and_other_organisations_export_nothing(
    ticket: Ticket, resident: User, outside_agent: User, city: Organisation
) -> None:
    assert_problem(api_client().get(EXPORT), 401)
    assert_problem(api_client(resident).get(EXPORT, {"organisation": city.slug}), 403, "not_allowed")
    assert_problem(api_client(outside_agent).get(EXPORT, {"organisation": city.slug}), 403, "not_allowed")
    assert rows(outside_agent) == []


def test_a_key_exports_its_own_organisation_only(ticket: Ticket, city: Organisation) -> None:
    def with_key(organisation: Organisation) -> Any:
        key = issued_key(organisation, Scope.TICKETS_READ).secret
        return api_client().get(EXPORT, headers={"Authorization": f"Api-Key {key}"})

    assert json.loads(text_of(with_key(city)))["reference"] == ticket.reference
    assert text_of(with_key(OrganisationFactory.create())) == ""


def test_a_batch_is_two_queries_however_many_tickets(
    category: Category, admin: User, django_assert_num_queries: Any
) -> None:
    report_ticket(category)
    tickets = Ticket.objects.of_organisation(category.organisation_id)
    User.objects.get(pk=admin.pk)
    list(exported_lines(tickets, admin, FileFormat.JSONL))
    with django_assert_num_queries(2):
        list(exported_lines(tickets, admin, FileFormat.JSONL))
    for _time in range(2):
        report_ticket(category)
    with django_assert_num_queries(2):
        list(exported_lines(tickets, admin, FileFormat.JSONL))


def test_the_command_writes_the_file_and_goes_on_behind_a_ticket(
    category: Category, city: Organisation, tmp_path: Path
) -> None:
    first = report_ticket(category)
    path = tmp_path / "tickets.csv"
    arguments = ["--organisation", city.slug, "--format", "csv", "--output", str(path)]
    call_command("export_tickets", *arguments)
    second = report_ticket(category)
    call_command("export_tickets", *arguments, "--after", first.reference)
    with path.open(newline="") as file:
        assert [row["reference"] for row in csv.DictReader(file)] == [first.reference, second.reference]
