"""Files of tickets in the console: who may, what the bar and the report say, and what a list gives away."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from departments.models import Category
from tickets.actions import import_batches, importing
from tickets.actions.importing import begin_import, run_import
from tickets.enums import FileFormat, ImportState
from tickets.models import ImportRun, Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
IMPORT = "admin:tickets_import"
POLLS = b'hx-trigger="every 1s"'


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def person_of(organisation: Organisation, role: Role) -> User:
    person = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=organisation, user=person, role=role)
    return person


@pytest.fixture
def admin(city: Organisation) -> User:
    return person_of(city, Role.ORGANISATION_ADMIN)


def as_person(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def send(person: User, body: str, name: str = "list.csv", **fields: Any) -> Any:
    file = SimpleUploadedFile(name, body.encode())
    return as_person(person).post(reverse(IMPORT), {"file": file, **fields})


def begun(organisation: Organisation, body: str) -> ImportRun:
    return begin_import(
        organisation, [body.encode()], file_format=FileFormat.CSV, is_dry_run=False, acting_user=None
    )


def addresses_of(run: ImportRun) -> list[str]:
    pages = [reverse(f"admin:tickets_import_{name}", args=[run.pk]) for name in ("run", "progress")]
    report = "admin:tickets_import_refused"
    return [*pages, *(reverse(report, args=[run.pk, kind]) for kind in ("csv", "jsonl"))]


def file_of(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_an_admin_sends_a_file_and_follows_it_to_its_end(
    admin: User, city: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "BATCH", 2)
    answer = send(admin, "title,priority\nOne,\n=Two,very\nThree,\n")
    run = ImportRun.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("admin:tickets_import_run", args=[run.pk]))
    assert (run.organisation, run.created_by, run.is_dry_run) == (city, admin, False)

    client = as_person(admin)
    page, bar, *_files = addresses_of(run)
    batches = run_import(run.pk)
    percent = []
    for _batch in batches:
        shown = client.get(bar)
        percent.append(shown.context["shown"].percent)
        assert (POLLS in shown.content) == (not ImportRun.objects.get().is_finished)
    assert percent == [len("title,priority\nOne,\n=Two,very\n") * 100 // run.size, 100]
    whole = client.get(page).content.decode()
    assert POLLS.decode() not in whole
    assert reverse("admin:tickets_import_stop", args=[run.pk]) not in whole
    assert "is not a valid choice" in whole
    assert [count for count, _what, _tone in client.get(page).context["shown"].counts] == [2, 0, 1]
    assert run.get_format_display() in client.get(reverse(IMPORT)).content.decode()


def test_the_report_of_refused_rows_is_a_file(admin: User) -> None:
    send(admin, "title,priority\nOne,very\n\nTwo,worse\n")
    run = ImportRun.objects.get()
    list(run_import(run.pk))
    _page, _bar, as_csv, as_lines = addresses_of(run)
    rows = list(csv.DictReader(io.StringIO(file_of(as_person(admin).get(as_csv)).decode())))
    assert [(row["line"], row["field"], row["code"]) for row in rows] == [
        ("2", "priority", "invalid_choice"),
        ("4", "priority", "invalid_choice"),
    ]
    lines = [json.loads(line) for line in file_of(as_person(admin).get(as_lines)).splitlines()]
    assert [{**line, "line": str(line["line"])} for line in lines] == rows
    unknown = reverse("admin:tickets_import_refused", args=[run.pk, "xls"])
    assert as_person(admin).get(unknown).status_code == 404


def test_a_trial_says_what_would_be_and_logs_nothing(admin: User) -> None:
    send(admin, "title\nOne\n", is_dry_run="on")
    run = ImportRun.objects.get()
    list(run_import(run.pk))
    page = as_person(admin).get(addresses_of(run)[0])
    assert (run.is_dry_run, Ticket.objects.count()) == (True, 0)
    assert page.context["shown"].counts[0][:2] == (1, "would be logged")


def test_a_running_import_is_stopped_and_a_finished_one_says_that_it_is_over(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "BATCH", 1)
    send(admin, "title\nOne\nTwo\n")
    run = ImportRun.objects.get()
    next(run_import(run.pk))
    stop = reverse("admin:tickets_import_stop", args=[run.pk])
    client = as_person(admin)
    assert client.get(stop).status_code == 405
    assert client.post(stop).status_code == 302
    run.refresh_from_db()
    assert (run.state, Ticket.objects.count()) == (ImportState.CANCELLED, 1)
    again = client.post(stop, follow=True)
    assert "This import is over" in again.content.decode()


REFUSED = {
    "no file": (None, "list.csv", "file"),
    "an empty file": ("", "list.csv", "file"),
    "another kind": ("title\nx\n", "list.xlsx", "file"),
    "an unknown column": ("title,colour\nx,red\n", "list.csv", "file"),
    "no title": ("description\nx\n", "list.csv", "file"),
}


@pytest.mark.parametrize(("body", "name", "field"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_read_is_refused_beside_the_field(
    admin: User, body: str | None, name: str, field: str
) -> None:
    answer = as_person(admin).post(reverse(IMPORT), {}) if body is None else send(admin, body, name)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert ImportRun.objects.count() == 0


def test_a_file_that_is_too_large_is_refused(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MAX_BYTES", 100)
    answer = send(admin, "title\n" + "x" * 100)
    assert list(answer.context["form"].errors) == ["file"]
    assert ImportRun.objects.count() == 0


def test_who_does_not_look_after_the_organisation_neither_sees_nor_sends(city: Organisation) -> None:
    run = begun(city, "title\nOne\n")
    stop = reverse("admin:tickets_import_stop", args=[run.pk])
    strangers = [
        person_of(city, Role.AUDITOR),
        person_of(city, Role.CALL_CENTRE),
        person_of(OrganisationFactory.create(), Role.ORGANISATION_ADMIN),
    ]
    for person in strangers:
        client = as_person(person)
        assert [client.get(address).status_code for address in addresses_of(run)] == [404] * 4
        assert client.post(stop).status_code == 404
    for person in strangers[:2]:
        assert as_person(person).get(reverse(IMPORT)).status_code == 403
        assert send(person, "title\nTwo\n").status_code == 403
        assert reverse(IMPORT) not in as_person(person).get(reverse("admin:index")).content.decode()
    assert as_person(strangers[2]).get(reverse(IMPORT)).context["imports"] == []
    run.refresh_from_db()
    assert (run.state, ImportRun.objects.count()) == (ImportState.WAITING, 1)


def test_who_looks_after_two_organisations_says_which(city: Organisation, admin: User) -> None:
    other = OrganisationFactory.create()
    MembershipFactory.create(organisation=other, user=admin, role=Role.ORGANISATION_ADMIN)
    theirs = OrganisationFactory.create()
    for chosen in ("", str(theirs.pk)):
        answer = send(admin, "title\nOne\n", organisation=chosen)
        assert list(answer.context["form"].errors) == ["organisation"]
    assert ImportRun.objects.count() == 0
    assert send(admin, "title\nOne\n", organisation=str(other.pk)).status_code == 302
    assert ImportRun.objects.get().organisation == other


def test_the_page_of_imports_costs_the_same_for_one_and_three(
    admin: User, city: Organisation, django_assert_max_num_queries: Any
) -> None:
    def cost() -> int:
        with django_assert_max_num_queries(40) as captured:
            assert as_person(admin).get(reverse(IMPORT)).status_code == 200
        return len(captured)

    begun(city, "title\nOne\n")
    cost()
    first = cost()
    for number in range(2):
        begun(city, f"title\nAnother {number}\n")
    assert cost() == first


def test_what_the_list_shows_goes_out_as_a_file(category: Category, admin: User) -> None:
    """Under the same filters, and never what another organisation has."""
    urgent = report_ticket(category, title="Burst pipe")
    report_ticket(category, title="Dripping tap")
    report_ticket(burst_pipe_category(), title="Burst pipe elsewhere")
    client = as_person(admin)
    listed = client.get(reverse("admin:tickets_ticket_changelist"), {"q": "burst"})
    downloads = [url for _title, url in listed.context["downloads"]]
    assert downloads == [f"/console/tickets/ticket/export/{kind}/?q=burst" for kind in ("csv", "jsonl")]
    as_csv, as_lines = (file_of(client.get(url)).decode() for url in downloads)
    assert [row["reference"] for row in csv.DictReader(io.StringIO(as_csv))] == [urgent.reference]
    assert [json.loads(line)["title"] for line in as_lines.splitlines()] == ["Burst pipe"]
    everything = file_of(client.get(reverse("admin:tickets_export", args=["jsonl"])))
    assert len(everything.splitlines()) == 2


@pytest.mark.parametrize(
    ("ending", "words", "status"),
    [
        ("xls", {}, 404),
        ("csv", {"organisation__exact": "x"}, 404),
        ("csv", {"organisation__kind__foo": "1"}, 400),
    ],
)
def test_an_export_that_cannot_be_is_refused(admin: User, ending: str, words: Any, status: int) -> None:
    assert as_person(admin).get(reverse("admin:tickets_export", args=[ending]), words).status_code == status
