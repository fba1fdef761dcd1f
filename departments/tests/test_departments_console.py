"""Department admins keep their departments; what others write in the meantime is not overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from departments.admin.fields import SpanField, span_words
from departments.models import Department, DepartmentMember, Standard
from departments.tests.factories import (
    CategoryFactory,
    DepartmentFactory,
    StageFactory,
    StandardFactory,
    staff_member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def department() -> Department:
    return DepartmentFactory.create()


@pytest.fixture
def admin(department: Department) -> User:
    return staff_member(department, role=Role.DEPARTMENT_ADMIN)


@pytest.fixture
def boss(department: Department) -> User:
    return staff_member(department, role=Role.ORGANISATION_ADMIN)


def as_person(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(model: str, *args: Any, kind: str = "change") -> str:
    return reverse(f"admin:departments_{model}_{kind}", args=args)


def filled_form(response: Any) -> dict[str, Any]:
    """What a browser would send back without any change."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    data: dict[str, Any] = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = "on" if value is True else value
    return data


def test_stages_and_capacity_are_changed_on_the_department(department: Department, admin: User) -> None:
    stage = StageFactory.create(department=department, name="Look", position=1)
    client = as_person(admin)
    data = filled_form(client.get(page("department", department.pk)))
    data |= {"stages-0-name": "Inspection", "members-0-capacity": "9", "queue_limit_seconds": "1 h 30 min"}

    assert client.post(page("department", department.pk), data).status_code == 302
    stage.refresh_from_db()
    department.refresh_from_db()
    assert (stage.name, department.queue_limit_seconds) == ("Inspection", 5400)
    assert DepartmentMember.objects.get(user=admin).capacity == 9


def test_a_form_that_was_open_does_not_overwrite_the_load(department: Department, admin: User) -> None:
    client = as_person(admin)
    member = DepartmentMember.objects.get(user=admin)
    data = filled_form(client.get(page("department", department.pk)))
    DepartmentMember.objects.update(open_tickets=3)
    response = client.post(page("department", department.pk), data | {"members-0-capacity": "9"})
    assert response.status_code == 302, response.context["errors"]

    member.refresh_from_db()
    assert (member.open_tickets, member.capacity) == (3, 9)


def test_a_department_admin_changes_only_their_own_department(department: Department, admin: User) -> None:
    other = DepartmentFactory.create(organisation=department.organisation, name="Other")
    client = as_person(admin)
    assert client.get(page("department", other.pk)).status_code == 200
    assert client.post(page("department", other.pk), {"name": "Mine"}).status_code == 403
    assert client.get(page("department", kind="add")).status_code == 403
    other.refresh_from_db()
    assert other.name == "Other"


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR, Role.CALL_CENTRE])
def test_others_only_read(department: Department, role: Role) -> None:
    client = as_person(staff_member(department, role=role))
    category = CategoryFactory.create(department=department)
    for address in (
        page("department", department.pk),
        page("category", category.pk),
        page("calendar", department.calendar_id),
    ):
        assert client.get(address).status_code == 200
        assert client.post(address, {"name": "Changed"}).status_code == 403
    department.refresh_from_db()
    assert department.name != "Changed"


def test_departments_and_stages_are_not_deleted(department: Department, boss: User) -> None:
    client = as_person(boss)
    assert client.post(page("department", department.pk, kind="delete"), {"post": "yes"}).status_code == 403
    assert Department.objects.filter(pk=department.pk).exists()


def test_a_promise_is_typed_in_hours(department: Department, admin: User) -> None:
    standard = StandardFactory.create(category=CategoryFactory.create(department=department))
    client = as_person(admin)
    data = filled_form(client.get(page("category", standard.category_id)))
    assert data["standards-0-respond_within_seconds"] == "4 h"

    data["standards-0-respond_within_seconds"] = "45 min"
    data["standards-0-resolve_within_seconds"] = "1 h 30 min"
    assert client.post(page("category", standard.category_id), data).status_code == 302
    standard.refresh_from_db()
    assert (standard.respond_within_seconds, standard.resolve_within_seconds) == (2700, 5400)


def test_who_only_reads_a_promise_reads_hours_and_no_seconds(department: Department) -> None:
    standard = StandardFactory.create(category=CategoryFactory.create(department=department))
    shown = as_person(staff_member(department)).get(page("category", standard.category_id)).content.decode()
    assert [words in shown for words in ("Answer within", "4 h", "Fix within", "24 h")] == [True] * 4
    assert [seconds in shown for seconds in ("14400", "86400")] == [False] * 2


@pytest.mark.parametrize("typed", ["soon", "-1 h", "0 min", "4", "99999999999 h", ""])
def test_a_promise_that_is_no_time_is_refused(department: Department, admin: User, typed: str) -> None:
    standard = StandardFactory.create(category=CategoryFactory.create(department=department))
    client = as_person(admin)
    data = filled_form(client.get(page("category", standard.category_id)))
    response = client.post(
        page("category", standard.category_id), data | {"standards-0-respond_within_seconds": typed}
    )
    assert response.status_code == 200
    assert Standard.objects.get().respond_within_seconds == 4 * 3600


@pytest.mark.parametrize("seconds", [1, 45 * 60, 3600, 5400, 90 * 3600, 3661])
def test_what_is_shown_can_be_typed_again(seconds: int) -> None:
    assert SpanField().clean(span_words(seconds)) == seconds


def test_a_stranger_is_not_made_a_member(department: Department, admin: User) -> None:
    stranger = staff_member(DepartmentFactory.create())
    data = {"department": str(department.pk), "user": str(stranger.pk), "capacity": "5", "is_active": "on"}
    response = as_person(admin).post(page("departmentmember", kind="add"), data)
    assert "user" in response.context["adminform"].form.errors
    assert DepartmentMember.objects.filter(department=department, user=stranger).count() == 0


def test_a_colleague_becomes_a_member(department: Department, admin: User) -> None:
    elsewhere = DepartmentFactory.create(organisation=department.organisation)
    colleague = staff_member(elsewhere)
    data = {"department": str(department.pk), "user": str(colleague.pk), "capacity": "5", "is_active": "on"}
    assert as_person(admin).post(page("departmentmember", kind="add"), data).status_code == 302
    assert DepartmentMember.objects.get(department=department, user=colleague).capacity == 5
