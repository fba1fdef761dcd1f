"""Nothing of another organisation is in any list, search, filter, choice, bulk action or page."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from departments.models import Category, Department
from departments.tests.factories import (
    DepartmentFactory,
    RegionFactory,
    StageFactory,
    WardFactory,
    staff_member,
)
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.enums import EventKind, Source, Status
from tickets.models import Project, Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db

LIST = "admin:tickets_ticket_changelist"


@pytest.fixture
def ours() -> Category:
    return burst_pipe_category()


@pytest.fixture
def theirs() -> Category:
    category = burst_pipe_category()
    StageFactory.create(department=category.department)
    WardFactory.create(organisation=category.organisation)
    RegionFactory.create(organisation=category.organisation)
    Project.objects.create(organisation=category.organisation, name="Their project")
    staff_member(category.department, role=Role.ORGANISATION_ADMIN)
    report_ticket(category, title="Their secret problem")
    return category


def as_person(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def listed(client: Client, **query: str) -> list[str]:
    response = client.get(reverse(LIST), query)
    assert response.status_code == 200
    return [ticket.title for ticket in response.context["cl"].result_list]


def test_every_row_of_another_organisation_is_not_found_on_every_page(
    ours: Category, theirs: Category
) -> None:
    client = as_person(staff_member(ours.department, role=Role.ORGANISATION_ADMIN))
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        request = client.get(reverse("admin:index")).wsgi_request
        reach = set(page.get_queryset(request).values_list("pk", flat=True))
        outside = [row for row in model._default_manager.all() if row.pk not in reach]
        for row in outside:
            for action in ("change", "history"):
                address = reverse(f"{name}_{action}", args=[row.pk])
                assert client.get(address).status_code == 404, address
            address = reverse(f"{name}_delete", args=[row.pk])
            assert client.post(address).status_code in {403, 404}, address


def test_lists_and_searches_stay_in_the_organisation(ours: Category, theirs: Category) -> None:
    report_ticket(ours, title="Our problem")
    client = as_person(staff_member(ours.department, role=Role.ORGANISATION_ADMIN))
    secret = Ticket.objects.get(title="Their secret problem")
    assert listed(client) == ["Our problem"]
    assert listed(client, q="secret problem") == []
    assert listed(client, q=secret.reference) == []
    assert listed(client, department=str(theirs.department.pk)) == []


def test_an_agent_sees_only_their_departments(ours: Category) -> None:
    elsewhere = DepartmentFactory.create(organisation=ours.organisation)
    report_ticket(ours, title="Not theirs")
    ticket = Ticket.objects.get(title="Not theirs")
    client = as_person(staff_member(elsewhere))
    assert listed(client) == []
    assert client.get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).status_code == 404


def test_autocomplete_offers_only_what_is_in_reach(ours: Category, theirs: Category) -> None:
    client = as_person(staff_member(ours.department, role=Role.ORGANISATION_ADMIN))
    query = {"app_label": "departments", "model_name": "departmentmember", "field_name": "user"}
    found = client.get(reverse("admin:autocomplete"), query).json()["results"]
    people = set(ours.organisation.memberships.values_list("user_id", flat=True))
    assert {row["id"] for row in found} == {str(pk) for pk in people}


def test_choices_offer_only_what_is_in_reach(ours: Category, theirs: Category) -> None:
    client = as_person(staff_member(ours.department, role=Role.ORGANISATION_ADMIN))
    page = client.get(reverse("admin:departments_category_add"))
    offered = page.context["adminform"].form.fields["department"].queryset
    assert list(offered) == [ours.department]


def test_a_foreign_choice_is_refused(ours: Category, theirs: Category) -> None:
    client = as_person(staff_member(ours.department, role=Role.ORGANISATION_ADMIN))
    data: dict[str, Any] = {
        "organisation": str(ours.organisation.pk),
        "name": "Spare",
        "code": "spare",
        "calendar": str(theirs.department.calendar.pk),
        "strategy": "balanced",
        "stages-TOTAL_FORMS": "0",
        "stages-INITIAL_FORMS": "0",
    }
    response = client.post(reverse("admin:departments_department_add"), data)
    assert response.status_code == 200
    assert "calendar" in response.context["adminform"].form.errors
    assert Department.objects.filter(name="Spare").count() == 0


def test_a_bulk_action_does_not_reach_another_organisation(ours: Category, theirs: Category) -> None:
    mine = report_ticket(ours)
    secret = Ticket.objects.get(title="Their secret problem")
    client = as_person(staff_member(ours.department, role=Role.ORGANISATION_ADMIN))
    client.post(
        reverse(LIST),
        {
            "action": "prioritise_selected",
            "confirmed": "yes",
            "_selected_action": [str(mine.pk), str(secret.pk)],
            "priority": "4",
            "reason": "Storm.",
        },
    )
    assert [Ticket.objects.get(pk=row.pk).priority for row in (mine, secret)] == [4, 2]
    assert not secret.events.filter(kind=EventKind.PRIORITY_CHANGED).exists()


def test_bulk_shows_what_will_happen_before_anything_does(ours: Category) -> None:
    ticket = report_ticket(ours)
    client = as_person(staff_member(ours.department, role=Role.DEPARTMENT_ADMIN))
    response = client.post(
        reverse(LIST), {"action": "prioritise_selected", "_selected_action": [str(ticket.pk)]}
    )
    assert [preview.is_possible for preview in response.context["previews"]] == [True]
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_a_bulk_refusal_is_said_per_ticket_and_does_not_hold_up_the_rest(ours: Category) -> None:
    urgent = report_ticket(ours, priority=4)
    usual = report_ticket(ours)
    client = as_person(staff_member(ours.department, role=Role.DEPARTMENT_ADMIN))
    response = client.post(
        reverse(LIST),
        {
            "action": "prioritise_selected",
            "confirmed": "yes",
            "_selected_action": [str(urgent.pk), str(usual.pk)],
            "priority": "4",
            "reason": "Storm.",
        },
        follow=True,
    )
    said = [str(message) for message in response.context["messages"]]
    assert said == [f"{urgent.reference}: That is what it is already.", "1 ticket changed."]
    assert Ticket.objects.get(pk=usual.pk).priority == 4


def test_an_auditor_has_no_bulk_actions(ours: Category) -> None:
    ticket = report_ticket(ours)
    client = as_person(staff_member(ours.department, role=Role.AUDITOR))
    client.post(
        reverse(LIST),
        {
            "action": "prioritise_selected",
            "confirmed": "yes",
            "_selected_action": [str(ticket.pk)],
            "priority": "4",
            "reason": "Storm.",
        },
    )
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


# Searching


@pytest.fixture
def called(ours: Category) -> Ticket:
    return create_ticket(
        ours.organisation,
        Report(title="Hydrant leaks", category=ours),
        reporter=Reporter(name="Nomsa Dube", phone="+27821234567"),
        source=Source.CALL_CENTRE,
        acting_user=None,
    )


def test_a_reference_leads_to_its_ticket(ours: Category, called: Ticket) -> None:
    client = as_person(staff_member(ours.department))
    response = client.get(reverse(LIST), {"q": called.reference.lower().replace("-", " ")})
    assert response["Location"] == reverse("admin:tickets_ticket_change", args=[called.pk])


def test_a_mistyped_reference_is_recognised(ours: Category, called: Ticket) -> None:
    client = as_person(staff_member(ours.department))
    last = "3" if called.reference[-1] != "3" else "4"
    response = client.get(reverse(LIST), {"q": called.reference[:-1] + last})
    assert [str(message) for message in response.context["messages"]] == [
        "This reference has a typing error. Please check it letter by letter."
    ]


@pytest.mark.parametrize("typed", ["082 123 4567", "nomsa", "leaking hydrant"])
def test_phone_name_and_words_find_the_ticket(ours: Category, called: Ticket, typed: str) -> None:
    assert listed(as_person(staff_member(ours.department)), q=typed) == ["Hydrant leaks"]


@pytest.mark.parametrize("typed", ["082 123 4567", "nomsa"])
def test_an_auditor_finds_nobody_by_phone_or_name(ours: Category, called: Ticket, typed: str) -> None:
    assert listed(as_person(staff_member(ours.department, role=Role.AUDITOR)), q=typed) == []


def test_filters_narrow_the_list(ours: Category, called: Ticket) -> None:
    agent = staff_member(ours.department)
    report_ticket(ours, title="Assigned")
    client = as_person(agent)
    assert listed(client, whose="mine") == ["Assigned"]
    assert listed(client, whose="queue") == ["Hydrant leaks"]
    assert listed(client, status=Status.CLOSED) == []
    assert listed(client, status="nonsense") == []
    assert listed(client, priority="1") == []


# Costs


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def test_my_work_and_the_list_cost_the_same_for_one_and_three_tickets(ours: Category) -> None:
    admin_client = as_person(staff_member(ours.department, role=Role.DEPARTMENT_ADMIN, capacity=1))
    report_ticket(ours)
    report_ticket(ours, title="Waits")
    pages = [reverse("admin:index"), reverse(LIST)]
    one = [queries_of(admin_client, page) for page in pages]
    for number in range(4):
        report_ticket(ours, title=f"Another {number}")
    assert [queries_of(admin_client, page) for page in pages] == one


def test_the_workspace_costs_the_same_for_one_and_three_of_everything(ours: Category) -> None:
    client = as_person(staff_member(ours.department, role=Role.DEPARTMENT_ADMIN))
    ticket = report_ticket(ours)
    report_ticket(ours, reporter=ticket.reporter)
    page = reverse("admin:tickets_ticket_change", args=[ticket.pk])

    def note() -> None:
        address = reverse("admin:tickets_ticket_verb", args=[ticket.pk, "note"])
        client.post(address, {"body": "Look again."})

    note()
    one = queries_of(client, page)
    for _number in range(2):
        note()
        report_ticket(ours, reporter=ticket.reporter)
        staff_member(ours.department)
    assert queries_of(client, page) == one
