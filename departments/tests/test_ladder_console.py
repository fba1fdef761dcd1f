"""The ladder's page: read and written by who answers for it, refused at the form."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from departments.enums import EscalationAudience
from departments.escalation import USUAL_LADDER, Step
from departments.models import Department, EscalationLadder, EscalationStep
from departments.queries import Ladders
from departments.tests.factories import DepartmentFactory, staff_member

pytestmark = pytest.mark.django_db
AGENT, ADMINS, TOP = EscalationAudience.values


@pytest.fixture
def department() -> Department:
    return DepartmentFactory.create(name="Water")


@pytest.fixture
def johan(department: Department) -> User:
    return staff_member(department, role=Role.DEPARTMENT_ADMIN)


@pytest.fixture
def nomsa(department: Department) -> User:
    return staff_member(department, role=Role.ORGANISATION_ADMIN)


def page(department: Department | None = None, slug: str = "") -> str:
    about = f"department={department.pk}" if department else f"organisation={slug}"
    return f"{reverse('admin:departments_ladder')}?{about}"


def rows(*steps: tuple[str, str]) -> dict[str, str]:
    typed = {"form-TOTAL_FORMS": str(len(steps)), "form-INITIAL_FORMS": "0"}
    for number, (audience, delay) in enumerate(steps):
        typed |= {f"form-{number}-audience": audience, f"form-{number}-delay_seconds": delay}
    return typed


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (EscalationLadder, EscalationStep)]


def steps_of(department: Department) -> list[Step]:
    return list(Ladders().steps(department.organisation_id, department.pk))


def test_the_usual_ladder_stands_there_and_an_organisation_admin_writes_another(
    department: Department, nomsa: User
) -> None:
    client, here = signed_in(nomsa), page(slug=department.organisation.slug)
    answer = client.get(here)
    assert "The usual ladder" in answer.content.decode()
    assert [form.initial for form in answer.context["rows"]][:3] == [
        {"audience": step.audience, "delay_seconds": step.delay_seconds} for step in USUAL_LADDER
    ]
    answer = client.post(here, rows((ADMINS, "30 min"), ("", ""), (TOP, "2 h")))
    assert (answer.status_code, answer.headers["Location"]) == (302, here)
    assert steps_of(department) == [Step(1, ADMINS, 1800), Step(2, TOP, 7200)]
    assert "Version 1" in client.get(here).content.decode()


def test_a_department_admin_writes_that_of_the_department_alone(department: Department, johan: User) -> None:
    other = DepartmentFactory.create(organisation=department.organisation)
    assert signed_in(johan).post(page(department), rows((TOP, "3 h"))).status_code == 302
    assert (steps_of(department), steps_of(other)) == ([Step(1, TOP, 10800)], list(USUAL_LADDER))


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([], "A ladder needs at least one step."),
        ([("", "")], "A ladder needs at least one step."),
        ([(AGENT, "4 h"), (ADMINS, "2 h")], "Each step must come later"),
        ([(AGENT, "2 h"), (ADMINS, "2 h")], "Each step must come later"),
        ([(AGENT, "9000 h")], "Each step must come later"),
        ([("mayor", "1 h")], "mayor is not one of the available choices."),
        ([(AGENT, "")], "Say after how long."),
        ([("", "1 h")], "Say who is told."),
        ([(AGENT, "soon")], "Write it in hours and minutes"),
        ([(AGENT, f"{number} h") for number in range(1, 12)], "at most 10"),
    ],
    ids=str,
)
def test_what_is_no_ladder_is_refused_at_the_form_and_the_old_one_holds(
    department: Department, johan: User, steps: list[tuple[str, str]], sentence: str
) -> None:
    client = signed_in(johan)
    client.post(page(department), rows((TOP, "3 h")))
    before = everything()
    answer = client.post(page(department), rows(*steps))
    assert (answer.status_code, everything()) == (409, before)
    assert sentence in answer.content.decode()


def test_a_form_without_its_numbers_changes_nothing(department: Department, johan: User) -> None:
    before = everything()
    assert signed_in(johan).post(page(department), {"form-TOTAL_FORMS": "x"}).status_code == 409
    assert everything() == before


def test_what_somebody_does_not_answer_for_is_out_of_reach(department: Department, johan: User) -> None:
    own = department.organisation
    other, foreign = DepartmentFactory.create(organisation=own), DepartmentFactory.create(name="Elsewhere")
    before = everything()
    client = signed_in(johan)
    for address in (page(other), page(foreign), page(slug=own.slug), page(slug="nowhere"), page(slug="\x00")):
        assert client.get(address).status_code == 404
        assert client.post(address, rows((TOP, "3 h"))).status_code == 404
    agent = signed_in(staff_member(department))
    assert agent.get(page(department)).status_code == 403
    assert agent.post(page(department), rows((TOP, "3 h"))).status_code == 403
    assert "Elsewhere" not in client.get(page(department)).content.decode()
    assert everything() == before


def test_where_no_account_is_kept_the_page_says_so(department: Department, johan: User) -> None:
    department.organisation.accountability_enabled = False
    department.organisation.save()
    assert "keeps no account" in signed_in(johan).get(page(department)).content.decode()


def test_the_page_takes_as_many_queries_for_three_ladders_as_for_one(
    department: Department, nomsa: User
) -> None:
    client, counts = signed_in(nomsa), []
    client.get(page(department))
    for more in (1, 2):
        for number in range(more):
            client.post(page(department), rows((TOP, f"{number + 3} h")))
            client.get(page(department))
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page(department))
        counts.append((len(answer.context["versions"]), len(queries)))
    assert counts == [(1, counts[0][1]), (3, counts[0][1])]
