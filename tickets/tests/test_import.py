"""A file of tickets comes in: the same tickets as one by one, each refusal told, nothing twice."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.enums import Role, Scope
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory, issued_key
from departments.enums import Priority
from departments.models import Category, DepartmentMember
from departments.tests.factories import StageFactory, WardFactory, staff_member
from tickets.actions import import_batches, importing
from tickets.actions.importing import begin_import, run_import
from tickets.actions.intake import Place, Report, Reporter, create_ticket
from tickets.enums import FileFormat, ImportState, Source
from tickets.models import ImportRun, Project, Ticket
from tickets.tests.api import ROOT, api_client, assert_problem
from tickets.tests.proof import assert_books_agree

pytestmark = pytest.mark.django_db
IMPORT = f"{ROOT}/tickets/import/"
CSV, JSONL = "text/csv", "application/jsonl"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def admin(city: Organisation) -> User:
    return MembershipFactory.create(organisation=city, role=Role.ORGANISATION_ADMIN).user


def send(user: Any, body: str | bytes, content_type: str = CSV, query: str = "", **headers: str) -> Any:
    client: Any = api_client()
    token = f"Bearer {RefreshToken.for_user(user).access_token}" if user else ""
    data = body.encode() if isinstance(body, str) else body
    return client.generic(
        "POST",
        f"{IMPORT}{query}",
        data,
        content_type=content_type,
        HTTP_AUTHORIZATION=token,
        headers=headers,
    )


def finish(response: Any) -> ImportRun:
    """The run that an upload began, read to its end as the worker does."""
    assert response.status_code in {200, 202}, response.content
    run = ImportRun.objects.get(pk=response.json()["id"])
    for _batch in run_import(run.pk):
        pass
    run.refresh_from_db()
    return run


def counts(run: ImportRun) -> tuple[str, int, int, int]:
    return run.state, run.created_count, run.known_count, run.refused_count


def refusals(run: ImportRun) -> list[tuple[int, str, str]]:
    return list(run.refusals.order_by("line", "pk").values_list("line", "field", "code"))


def rows_of(ticket: Ticket) -> dict[str, Any]:
    """Everything about a ticket that does not differ by itself between two."""
    own = {"id", "ticket_id", "reference", "external_ref", "search", "update_key", "position", "relayed_at"}
    moments = dict.fromkeys(("created_at",), ticket.created_at)

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        return {
            name: (value - moments["created_at"] if hasattr(value, "tzinfo") and value else value)
            for name, value in row.items()
            if name not in own
        }

    related = ("events", "clocks", "custodies", "assignees", "messages", "attachments", "supports")
    told = {name: [plain(row) for row in getattr(ticket, name).order_by("pk").values()] for name in related}
    for row in told["assignees"]:
        row.pop("added_at")
    for row in told["events"]:
        # The moment of queueing stands there as words.
        row["changes"] = sorted(row["changes"])
    columns: dict[str, Any] = {**Ticket.objects.filter(pk=ticket.pk).values().get()}
    return told | {"ticket": plain(columns)}


def test_a_row_becomes_what_create_ticket_makes_of_the_same_report(
    category: Category, city: Organisation
) -> None:
    """Row by row: columns, events, clocks, custody, people. Nobody is free, so both wait in the queue."""
    category.department.queue_limit_seconds = 3_600
    category.department.save()
    StageFactory.create(department=category.department, position=1)
    WardFactory.create(organisation=city, number=7)
    project = Project.objects.create(organisation=city, name="Winter readiness")
    helper = MembershipFactory.create(organisation=city).user
    reporter = Reporter(name="Thandi Mokoena", email="thandi@example.org", phone="+27821234567")
    one = create_ticket(
        city,
        Report(
            title="Burst pipe",
            description="In front of the school.",
            category=category,
            project=project,
            priority=Priority.URGENT,
            place=Place(-25.75, 28.2, "Church Street"),
            tags=["School", "Night"],
            assignees=[helper],
        ),
        reporter=reporter,
        source=Source.IMPORT,
        acting_user=None,
    )
    row = {
        "title": "Burst pipe",
        "description": "In front of the school.",
        "category": category.code,
        "project": "winter readiness",
        "priority": "urgent",
        "latitude": -25.75,
        "longitude": 28.2,
        "address": "Church Street",
        "tags": ["School", "Night"],
        "assignees": [helper.email],
        "customer_name": "Thandi Mokoena",
        "customer_email": "thandi@example.org",
        "customer_phone": "082 123 4567",
    }
    run = begin_import(
        city,
        [json.dumps(row).encode()],
        file_format=FileFormat.JSONL,
        is_dry_run=False,
        acting_user=None,
    )
    assert len(list(run_import(run.pk))) == 1

    other = Ticket.objects.exclude(pk=one.pk).get()
    assert rows_of(other) == rows_of(Ticket.objects.get(pk=one.pk))
    assert (other.ward is not None, other.queued_at is not None, other.version) == (True, True, 2)
    assert other.overflow_at == other.created_at + timedelta(hours=1)
    assert_books_agree()


def test_a_csv_file_becomes_tickets_that_the_admin_logged(admin: User, category: Category) -> None:
    body = (
        "\ufefftitle,category,tags,customer_email,external_ref,description\r\n"
        f'Burst pipe,{category.code},"school, night",thandi@example.org,ERP-1,"Two lines,\nand a comma"\r\n'
        "\r\n"
        "Émile’s 🚰 مشروع,,,,,\r\n"
    )
    answer = send(admin, body)
    assert answer.status_code == 202
    assert answer["Location"].endswith(f"{IMPORT}{answer.json()['id']}/")
    run = finish(answer)

    assert counts(run) == (ImportState.DONE, 2, 0, 0)
    first, second = Ticket.objects.order_by("created_at", "pk")
    assert (first.title, first.category, first.tags) == ("Burst pipe", category, ["school", "night"])
    assert (first.description, first.external_ref) == ("Two lines,\nand a comma", "ERP-1")
    assert (first.reporter_email, first.source) == ("thandi@example.org", "import")
    assert second.title == "Émile’s 🚰 مشروع"
    created = first.events.order_by("pk")[0]
    assert (created.kind, created.actor, created.data["source"]) == ("ticket.created", admin, "import")
    shown = api_client(admin).get(f"{IMPORT}{run.pk}/").json()
    assert (shown["state"], shown["progress"], shown["created"], shown["lines"]) == ("done", 1.0, 2, 5)
    assert (shown["read"], shown["size"]) == (len(body.encode()), len(body.encode()))


def test_who_waits_is_assigned_by_the_drain_afterwards(
    admin: User, category: Category, agent: User, django_capture_on_commit_callbacks: Any
) -> None:
    from tickets.actions.draining import drain_queue  # noqa: PLC0415

    finish(send(admin, f"title,category\nBurst pipe,{category.code}\n"))
    ticket = Ticket.objects.get()
    assert (ticket.assignee, ticket.queued_at is not None) == (None, True)
    assert drain_queue(category.department, acting_user=None) == 1
    ticket.refresh_from_db()
    assert (ticket.assignee, DepartmentMember.objects.get(user=agent).open_tickets) == (agent, 1)


BAD_ROWS: list[tuple[Any, str, str]] = [
    ({}, "title", "required"),
    ({"title": ""}, "title", "blank"),
    ({"title": None}, "title", "null"),
    ({"title": "x" * 201}, "title", "max_length"),
    ({"title": ["x"]}, "title", "invalid"),
    ({"title": "a\u0000b"}, "title", "control_characters"),
    ({"title": "a\u0007b"}, "title", "control_characters"),
    ({"title": "x", "titel": "y"}, "titel", "unknown_field"),
    ({"title": "x", "priority": "very"}, "priority", "invalid_choice"),
    ({"title": "x", "category": "no-such"}, "category", "unknown"),
    ({"title": "x", "category": "{theirs}"}, "category", "unknown"),
    ({"title": "x", "project": "Closed one"}, "project", "project_closed"),
    ({"title": "x", "assignees": ["{agent}", "{agent}"]}, "assignees", "named_twice"),
    ({"title": "x", "assignees": ["{outside}"]}, "assignees", "unknown"),
    ({"title": "x", "assignees": "{agent}"}, "assignees", "not_a_list"),
    ({"title": "x", "lead": "{outside}"}, "lead", "unknown"),
    ({"title": "x", "latitude": 91, "longitude": 0}, "latitude", "max_value"),
    ({"title": "x", "latitude": True, "longitude": 0}, "latitude", "not_finite"),
    ({"title": "x", "latitude": -25.7}, "latitude", "invalid"),
    ({"title": "x", "customer_email": "nobody"}, "customer_email", "invalid"),
    ({"title": "x", "customer_phone": "12"}, "customer_phone", "invalid_phone"),
    ({"title": "x", "status": "dancing"}, "status", "invalid_choice"),
    ({"title": "x", "status": "closed"}, "", "verification_required"),
    ({"title": "x", "is_public": "maybe"}, "is_public", "invalid"),
    ({"title": "x", "tags": ["y"] * 21}, "tags", "max_length"),
]


def test_every_row_that_cannot_be_is_refused_with_its_line_field_and_reason(
    admin: User, agent: User, outside_agent: User, city: Organisation
) -> None:
    Project.objects.create(organisation=city, name="Closed one", closed_at=city.created_at)
    theirs = outside_agent.department_memberships.get().department.categories.get()
    names = {"{agent}": agent.email, "{outside}": outside_agent.email, "{theirs}": str(theirs.pk)}
    lines = []
    for row, _field, _code in BAD_ROWS:
        text = json.dumps(row)
        for name, value in names.items():
            text = text.replace(name, str(value))
        lines.append(text)
    odd = ["not json", "[1]", '"text"', '{"title": NaN}', "x" * 300_000]
    run = finish(send(admin, "\n".join([*lines, *odd, '{"title": "Good"}']), JSONL))

    expected = [(line, field, code) for line, (_row, field, code) in enumerate(BAD_ROWS, start=1)]
    expected += [(len(BAD_ROWS) + number, "", "malformed") for number in range(1, len(odd) + 1)]
    assert refusals(run) == expected
    assert counts(run) == (ImportState.DONE, 1, 0, len(expected))
    assert Ticket.objects.get().title == "Good"
    told: Any = api_client(admin).get(f"{IMPORT}{run.pk}/refused/")
    rows = [json.loads(line) for line in b"".join(told.streaming_content).splitlines()]
    assert [(row["line"], row["field"], row["code"]) for row in rows] == expected
    assert all(row["sentence"] for row in rows)
    as_csv: Any = api_client(admin).get(f"{IMPORT}{run.pk}/refused/", {"format": "csv"})
    assert b"".join(as_csv.streaming_content).splitlines()[0] == b"line,field,code,sentence"


def test_rows_of_csv_that_cannot_be_read_are_refused_and_the_others_come_in(admin: User) -> None:
    body = b'title,description\nGood,\na,b,c\n\xff\xfe,bad\n"broken"x,y\nAlso good,\n'
    run = finish(send(admin, body))
    assert counts(run) == (ImportState.DONE, 2, 0, 3)
    assert refusals(run) == [(3, "", "malformed"), (4, "title", "control_characters"), (5, "", "malformed")]
    assert sorted(Ticket.objects.values_list("title", flat=True)) == ["Also good", "Good"]


def test_a_guarded_cell_comes_in_as_it_was_before_it_went_out(admin: User) -> None:
    finish(send(admin, "title\n'=SUM(A1)\n'quoted\n"))
    assert sorted(Ticket.objects.values_list("title", flat=True)) == ["'quoted", "=SUM(A1)"]


HEADS = {
    "unknown column": ("title,colour\nx,red\n", "columns_refused", "colour"),
    "no title": ("description\nx\n", "columns_refused", "title"),
    "a column twice": ("title,title\nx,y\n", "columns_refused", "title"),
    "no columns": ("\n\n", "no_columns", None),
    "nothing": ("", "empty_file", None),
}


@pytest.mark.parametrize(("body", "code", "field"), HEADS.values(), ids=HEADS.keys())
def test_a_file_that_cannot_be_read_at_all_is_refused_at_once(
    admin: User, body: str, code: str, field: str | None
) -> None:
    answer = assert_problem(send(admin, body), 400, code)
    assert list(answer["errors"]) == ([field] if field else [])
    assert ImportRun.objects.count() == 0


def test_a_file_is_csv_or_json_lines_and_not_too_large(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_problem(send(admin, "title\nx\n", "application/json"), 415)
    assert_problem(send(admin, "title\nx\n", "text/plain"), 415)
    assert_problem(send(admin, "title\nx\n", CSV, "?dry_run=perhaps"), 400)
    monkeypatch.setattr(importing, "MAX_BYTES", 100)
    assert_problem(send(admin, "title\n" + "x" * 100), 413, "too_large")
    assert (ImportRun.objects.count(), Ticket.objects.count()) == (0, 0)


def test_only_who_looks_after_the_organisation_imports(
    city: Organisation, agent: User, auditor: User, resident: User, outside_agent: User, admin: User
) -> None:
    for user in (agent, auditor):
        assert_problem(send(user, "title\nx\n"), 403, "not_allowed")
        assert_problem(api_client(user).get(IMPORT), 403)
    assert_problem(send(resident, "title\nx\n", query=f"?organisation={city.slug}"), 403)
    assert_problem(send(outside_agent, "title\nx\n", query=f"?organisation={city.slug}"), 403)
    assert_problem(send(None, "title\nx\n"), 401)
    assert (ImportRun.objects.count(), Ticket.objects.count()) == (0, 0)

    run = finish(send(admin, "title\nx\n"))
    theirs = MembershipFactory.create(
        organisation=OrganisationFactory.create(), role=Role.ORGANISATION_ADMIN
    ).user
    for path in (f"{IMPORT}{run.pk}/", f"{IMPORT}{run.pk}/refused/"):
        assert_problem(api_client(theirs).get(path), 404, "not_found")
    assert_problem(api_client(theirs).delete(f"{IMPORT}{run.pk}/"), 404, "not_found")


def test_a_key_with_the_scope_imports_and_others_do_not(city: Organisation) -> None:
    def send_with(*scopes: Scope) -> Any:
        headers = {"HTTP_AUTHORIZATION": f"Api-Key {issued_key(city, *scopes, name=str(scopes)).secret}"}
        client: Any = api_client()
        return client.generic("POST", IMPORT, b"title\nx\n", content_type=CSV, **headers)

    assert_problem(send_with(Scope.TICKETS_WRITE), 403, "not_allowed")
    assert counts(finish(send_with(Scope.ADMIN))) == (ImportState.DONE, 1, 0, 0)


def test_the_same_file_again_is_the_same_import_and_logs_nothing_twice(admin: User) -> None:
    body = "title\n" + "".join(f"Ticket {number}\n" for number in range(5))
    first = finish(send(admin, body))
    again = send(admin, body)
    assert (again.status_code, again.json()["id"]) == (200, str(first.pk))
    assert counts(finish(again)) == (ImportState.DONE, 5, 0, 0)
    assert (Ticket.objects.count(), ImportRun.objects.count()) == (5, 1)


def test_a_file_sent_again_under_its_key_is_answered_as_first_and_another_is_refused(admin: User) -> None:
    key = {"Idempotency-Key": "move-of-november"}
    first = send(admin, "title\nOne\n", **key)
    again = send(admin, "title\nOne\n", **key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    assert_problem(send(admin, "title\nTwo\n", **key), 422, "idempotency_key_reused")
    assert_problem(send(admin, "title\nOne\n", query="?dry_run=true", **key), 422, "idempotency_key_reused")
    assert ImportRun.objects.count() == 1
    assert counts(finish(first)) == (ImportState.DONE, 1, 0, 0)
    assert Ticket.objects.get().title == "One"


def test_a_file_under_a_key_is_refused_as_without_one(
    admin: User, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_problem(send(agent, "title\nx\n", **{"Idempotency-Key": "one"}), 403, "not_allowed")
    assert_problem(send(admin, "title\nx\n", "text/plain", **{"Idempotency-Key": "two"}), 415)
    assert_problem(send(admin, "", **{"Idempotency-Key": "three"}), 400, "empty_file")
    monkeypatch.setattr(importing, "MAX_BYTES", 100)
    too_much = "title\n" + "x" * 100
    assert_problem(send(admin, too_much, **{"Idempotency-Key": "four"}), 413, "too_large")
    assert ImportRun.objects.count() == 0


def test_an_import_that_stopped_in_the_middle_goes_on_where_it_was(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "BATCH", 3)
    body = "title\n" + "".join(f'"Ticket\n{number}"\n' for number in range(8))
    answer = send(admin, body)
    key = answer.json()["id"]
    next(run_import(key))
    run = ImportRun.objects.get()
    assert (run.state, run.created_count, run.line) == (ImportState.RUNNING, 3, 7)

    def die(*args: Any, **options: Any) -> None:
        raise RuntimeError("The machine is gone.")

    with monkeypatch.context() as dying:
        dying.setattr(importing, "write_many", die)
        with pytest.raises(RuntimeError):
            next(run_import(key))
    run.refresh_from_db()
    assert (run.created_count, run.line, Ticket.objects.count()) == (3, 7, 3)

    assert counts(finish(send(admin, body))) == (ImportState.DONE, 8, 0, 0)
    titles = set(Ticket.objects.values_list("title", flat=True))
    assert titles == {f"Ticket {number}" for number in range(8)}


def test_an_external_reference_is_the_key_across_files(admin: User, city: Organisation) -> None:
    finish(send(admin, "title,external_ref\nOne,A\nTwo,B\n"))
    run = finish(send(admin, "title,external_ref\nTwo again,B\nThree,C\nThree again,C\nNameless,\n"))
    assert counts(run) == (ImportState.DONE, 2, 2, 0)
    assert sorted(Ticket.objects.values_list("title", flat=True)) == ["Nameless", "One", "Three", "Two"]


def test_a_dry_run_says_the_same_and_keeps_nothing(admin: User, city: Organisation) -> None:
    body = "title,priority,status,lead\nGood,,,\nBad,very,,\nClosed,,closed,\n"
    tried = finish(send(admin, body, query="?dry_run=true"))
    assert (counts(tried), Ticket.objects.count()) == ((ImportState.DONE, 1, 0, 2), 0)
    real = finish(send(admin, body))
    assert (counts(real), Ticket.objects.count()) == ((ImportState.DONE, 1, 0, 2), 1)
    assert refusals(tried) == refusals(real)


def test_a_lead_and_a_status_are_taken_by_their_verbs(category: Category) -> None:
    company = OrganisationFactory.create(public_reports=False, verification_required=False)
    boss = MembershipFactory.create(organisation=company, role=Role.ORGANISATION_ADMIN).user
    Project.objects.create(organisation=company, name="Website")
    body = f"title,project,status,lead\nA,website,in progress,{boss.email}\nB,website,complete,\n"
    run = finish(send(boss, body))
    assert counts(run) == (ImportState.DONE, 2, 0, 0)
    begun, done = Ticket.objects.order_by("title")
    assert (begun.status, begun.assignee, begun.updated_at) == ("in_progress", boss, None)
    assert (done.status, done.outcome, done.updated_at) == ("closed", "completed", None)


def test_an_import_can_be_stopped_and_keeps_what_it_logged(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "BATCH", 2)
    key = send(admin, "title\nA\nB\nC\n").json()["id"]
    next(run_import(key))
    stored = str(ImportRun.objects.get().file.name)
    assert default_storage.exists(stored)
    stopped = api_client(admin).delete(f"{IMPORT}{key}/").json()
    assert (stopped["state"], stopped["created"]) == ("cancelled", 2)
    assert (list(run_import(key)), Ticket.objects.count()) == ([], 2)
    assert_problem(api_client(admin).delete(f"{IMPORT}{key}/"), 409, "import_finished")


def test_the_file_is_gone_when_it_is_read(admin: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(admin, "title\nA\n")
        name = str(ImportRun.objects.get().file.name)
        assert default_storage.exists(name)
        finish(answer)
    assert (default_storage.exists(name), ImportRun.objects.get().file.name) == (False, "")


def test_the_command_imports_a_file_and_tells_what_was_refused(city: Organisation, tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("title,priority\nGood,high\nBad,very\n")
    told = io.StringIO()
    call_command("import_tickets", str(path), "--organisation", city.slug, stdout=told)
    assert told.getvalue().startswith("done: 1 logged, 0 known before, 1 rows refused.\nline 3: priority ")
    for wrong in (["x.csv"], [str(path), "--organisation", "nowhere"], [str(tmp_path / "x.txt")]):
        arguments = [*wrong, *([] if "--organisation" in wrong else ["--organisation", city.slug])]
        with pytest.raises(CommandError):
            call_command("import_tickets", *arguments)
    assert Ticket.objects.get().priority == Priority.HIGH


def test_the_list_of_imports_costs_the_same_for_one_and_three(
    admin: User, django_assert_num_queries: Any
) -> None:
    finish(send(admin, "title\nA\n"))
    client = api_client(admin)
    with django_assert_num_queries(4):
        assert len(client.get(IMPORT).json()["results"]) == 1
    for number in range(2):
        finish(send(admin, f"title\nB{number}\n"))
    with django_assert_num_queries(4):
        assert len(client.get(IMPORT).json()["results"]) == 3


def test_a_batch_costs_the_same_queries_for_one_row_and_for_thirty(
    admin: User, category: Category, django_assert_num_queries: Any
) -> None:
    staff_member(category.department)
    rows = [f"T{number},{category.code},x@example.org" for number in range(31)]
    head = "title,category,customer_email\n"

    def cost(body: str) -> int:
        from django.db import connection  # noqa: PLC0415
        from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

        key = send(admin, body).json()["id"]
        with CaptureQueriesContext(connection) as captured:
            list(run_import(key))
        return len(captured)

    assert cost(head + rows[0] + "\n") == cost(head + "\n".join(rows[1:]) + "\n")
