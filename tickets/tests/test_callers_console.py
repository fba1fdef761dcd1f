"""The call centre logs for a caller, looks first whether it is known, and reads the reference back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import MembershipFactory, UserFactory
from departments.models import Category, DepartmentMember, Suburb
from departments.tests.factories import staff_member
from tickets.enums import Source
from tickets.models import Ticket
from tickets.tests.factories import PRETORIA, burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db

LOG = "admin:tickets_ticket_log"


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def operator_of_the_line(category: Category) -> User:
    person = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=category.organisation, user=person, role=Role.CALL_CENTRE)
    return person


def as_person(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def call(kind: Category, **changed: Any) -> dict[str, Any]:
    return {
        "name": "Nomsa Dube",
        "phone": "082 123 4567",
        "category": str(kind.pk),
        "title": "Water in the street",
        "description": "Since last night.",
        "address": "Church Square",
        **changed,
    }


def test_a_call_becomes_a_ticket_with_its_reference_to_read_out(
    category: Category, operator_of_the_line: User
) -> None:
    response = as_person(operator_of_the_line).post(reverse(LOG), call(category), follow=True)

    ticket = Ticket.objects.get()
    assert (ticket.source, ticket.reporter_phone, ticket.reporter) == (
        Source.CALL_CENTRE,
        "+27821234567",
        None,
    )
    assert response.redirect_chain[-1][0] == reverse("admin:tickets_ticket_logged", args=[ticket.pk])
    assert ticket.reference in response.content.decode()


def test_a_suburb_gives_the_place(category: Category, operator_of_the_line: User) -> None:
    Suburb.objects.create(
        organisation=category.organisation, name="Hatfield", latitude=-25.75, longitude=28.24
    )
    as_person(operator_of_the_line).post(reverse(LOG), call(category, suburb="hatf"))

    ticket = Ticket.objects.get()
    assert (ticket.latitude, ticket.longitude) == (-25.75, 28.24)
    assert ticket.address == "Church Square, Hatfield"


def test_similar_tickets_near_by_are_shown_first(category: Category, operator_of_the_line: User) -> None:
    known = report_ticket(category)
    client = as_person(operator_of_the_line)
    pin = {"latitude": str(PRETORIA.latitude), "longitude": str(PRETORIA.longitude)}

    shown = client.post(reverse(LOG), call(category, **pin))
    assert [row.reference for row in shown.context["similar"]] == [known.reference]
    assert Ticket.objects.count() == 1

    client.post(reverse(LOG), call(category, **pin, seen="on"))
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"phone": "", "email": ""}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"email": "nobody@"}, "email"),
        ({"title": ""}, "title"),
        ({"category": ""}, "category"),
        ({"latitude": "-25.7"}, "latitude"),
        ({"latitude": "nan", "longitude": "28"}, "latitude"),
        ({"latitude": "-95", "longitude": "28"}, "latitude"),
        ({"suburb": "Atlantis"}, "suburb"),
        ({"title": "x" * 201}, "title"),
        ({"name": "a\x00b"}, "name"),
    ],
)
def test_nonsense_is_refused_by_the_field_and_logs_nothing(
    category: Category, operator_of_the_line: User, changed: dict[str, str], field: str
) -> None:
    response = as_person(operator_of_the_line).post(reverse(LOG), call(category, **changed))
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert Ticket.objects.count() == 0


def test_agents_and_auditors_do_not_log_for_callers(category: Category) -> None:
    for role in (Role.AGENT, Role.AUDITOR):
        client = as_person(staff_member(category.department, role=role))
        assert client.get(reverse(LOG)).status_code == 403
        assert client.post(reverse(LOG), call(category)).status_code == 403
    assert Ticket.objects.count() == 0


# Coming and going


def test_a_member_goes_and_comes(category: Category) -> None:
    agent = staff_member(category.department)
    member = DepartmentMember.objects.get(user=agent)
    address = reverse("admin:tickets_availability", args=[member.pk])

    as_person(agent).post(address, {"is_available": "no"})
    member.refresh_from_db()
    assert member.is_available is False

    as_person(agent).post(address, {"is_available": "yes"})
    member.refresh_from_db()
    assert member.is_available is True


def test_a_colleague_cannot_send_somebody_away_but_the_department_admin_can(category: Category) -> None:
    member = DepartmentMember.objects.get(user=staff_member(category.department))
    address = reverse("admin:tickets_availability", args=[member.pk])

    colleague = as_person(staff_member(category.department))
    assert colleague.post(address, {"is_available": "no"}).status_code == 404
    member.refresh_from_db()
    assert member.is_available is True

    admin = as_person(staff_member(category.department, role=Role.DEPARTMENT_ADMIN))
    admin.post(address, {"is_available": "no"})
    member.refresh_from_db()
    assert member.is_available is False


def test_without_a_kind_those_that_the_words_point_at_are_proposed_and_one_press_chooses(
    category: Category, operator_of_the_line: User
) -> None:
    client, words = as_person(operator_of_the_line), {"title": "A burst pipe in the street", "category": ""}

    asked = client.post(reverse(LOG), call(category, **words))

    assert [kind.name for kind in asked.context["proposals"]] == [category.name]
    assert Ticket.objects.count() == 0
    client.post(reverse(LOG), call(category, **words, proposed=str(category.pk)))
    assert Ticket.objects.get().category == category
