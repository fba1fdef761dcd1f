"""The report in the console, as a file, by the API, and before the public."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accountability.actions.recording import catch_up
from accountability.actions.remedy import write_remedy
from accountability.models import Breach
from accounts.enums import Role
from accounts.models import User
from departments.models import Category
from departments.tests.factories import staff_member
from tickets.actions.expiry import expire_due_tickets
from tickets.enums import Promise
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
PAGE, FILE, PUBLIC = "/console/reports/monthly/", "/console/reports/monthly.csv", "/how-we-are-doing/"
API = "/api/v1/reports/monthly/"


@pytest.fixture
def category() -> Category:
    category = burst_pipe_category()
    category.department.name = "=Water and Sanitation"
    category.department.save()
    report_ticket(category)
    return category


@pytest.fixture
def johan(category: Category) -> User:
    return staff_member(category.department, role=Role.DEPARTMENT_ADMIN)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_department_admin_opens_the_report_from_the_menu(category: Category, johan: User) -> None:
    client = signed_in(johan)
    shown = client.get(PAGE)
    assert shown.status_code == 200
    assert '<td data-figure="logged">1</td>' in shown.content.decode()
    assert PAGE in client.get("/console/").content.decode()


@pytest.mark.parametrize("role", [Role.AGENT, Role.CALL_CENTRE])
def test_roles_without_reports_are_refused(category: Category, role: Role) -> None:
    client = signed_in(staff_member(category.department, role=role))
    assert [client.get(address).status_code for address in (PAGE, FILE)] == [403, 403]
    assert PAGE not in client.get("/console/").content.decode()


def test_visitors_are_sent_to_sign_in(category: Category) -> None:
    assert [Client().get(address).status_code for address in (PAGE, FILE)] == [302, 302]


def test_another_organisations_report_does_not_exist(category: Category, johan: User) -> None:
    other = burst_pipe_category().organisation
    assert signed_in(johan).get(PAGE, {"organisation": other.slug}).status_code == 404


@pytest.mark.parametrize("month", ["november", "2026-13", "2026-11-01", "\x00", "9999-01"])
def test_a_month_that_is_none_is_refused_with_a_sentence(category: Category, johan: User, month: str) -> None:
    client = signed_in(johan)
    shown = client.get(PAGE, {"month": month})
    assert shown.status_code == 400
    assert "Write the month like 2026-11." in shown.content.decode()
    assert client.get(FILE, {"month": month}).status_code == 400
    assert Client().get(PUBLIC, {"month": month}).status_code == 400


def test_the_file_opens_in_a_spreadsheet_and_holds_no_formula(category: Category, johan: User) -> None:
    answer = signed_in(johan).get(FILE)
    lines = answer.content.decode("utf-8-sig").splitlines()
    month = timezone.localtime().strftime("%Y-%m")
    assert lines[0].startswith("month,department,logged,closed")
    assert lines[1].startswith(f"{month},'=Water and Sanitation,1,0")
    assert lines[-1].startswith(f"{month},all,1,0")
    assert answer["Content-Disposition"] == (
        f'attachment; filename="{category.organisation.slug}-{month}.csv"'
    )


def test_the_api_tells_the_same(category: Category, johan: User) -> None:
    client = APIClient()
    client.force_authenticate(johan)
    report = client.get(API).json()
    assert report["total"]["logged"] == 1
    assert [row["figures"]["logged"] for row in report["departments"]] == [1]
    assert report["month"] == timezone.localtime().strftime("%Y-%m")
    assert client.get(API, {"month": "2020-01"}).json()["total"]["logged"] == 0


def test_the_api_refuses_whom_the_console_refuses(category: Category, johan: User) -> None:
    client = APIClient()
    assert client.get(API).status_code == 401
    client.force_authenticate(staff_member(category.department))
    assert client.get(API).json()["code"] == "not_allowed"
    client.force_authenticate(johan)
    assert client.get(API, {"month": "2026-13"}).json()["code"] == "not_a_month"
    assert client.get(API, {"moth": "2026-11"}).status_code == 400


def test_the_public_reads_which_department_missed_a_promise_and_its_remedy(
    category: Category, johan: User
) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
        catch_up(category.organisation.pk)
        breach = Breach.objects.get(promise=Promise.RESOLVE)
        write_remedy(breach, note="Second team on standby", acting_user=johan)
        shown = Client().get(PUBLIC, {"month": breach.breached_at.strftime("%Y-%m")}).content.decode()
    assert '<td data-label="Missed promises" class="is-late">1</td>' in shown
    assert "=Water and Sanitation" in shown
    assert "Second team on standby" in shown
    assert breach.ticket.reference in shown
    assert johan.full_name not in shown


@pytest.mark.parametrize(
    ("missed", "is_kept", "cell"),
    [
        (5, True, '<td data-label="Points" class="is-late">-50</td>'),
        (4, True, '<td data-label="Points"><span class="soft">too few to tell</span></td>'),
        (5, False, None),
    ],
)
def test_the_public_reads_a_departments_points_from_a_sample_that_says_something(
    category: Category, missed: int, is_kept: bool, cell: str | None
) -> None:
    for _number in range(missed - 1):
        report_ticket(category)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
        catch_up(category.organisation.pk)
        category.organisation.accountability_enabled = is_kept
        category.organisation.save()
        month = Breach.objects.all()[0].breached_at.strftime("%Y-%m")
        shown = Client().get(PUBLIC, {"month": month}).content.decode()
    assert re.findall(r'<td data-label="Points".*?</td>', shown) == ([cell] if cell else [])


def test_a_private_tickets_breach_counts_but_is_not_shown(category: Category) -> None:
    category.is_public_space = False
    category.save()
    private = report_ticket(category)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
        catch_up(category.organisation.pk)
        month = Breach.objects.all()[0].breached_at.strftime("%Y-%m")
        shown = Client().get(PUBLIC, {"month": month}).content.decode()
    assert '<td data-label="Missed promises" class="is-late">2</td>' in shown
    assert private.reference not in shown
