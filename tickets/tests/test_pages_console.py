"""Every page of the console opens for who may see it, and stays shut for everybody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import MembershipFactory, UserFactory
from departments.models import Category
from departments.tests.factories import StageFactory, staff_member
from tickets.models import Project
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


@pytest.fixture
def category() -> Category:
    category = burst_pipe_category()
    StageFactory.create(department=category.department)
    return category


@pytest.fixture
def sign_in() -> SignIn:
    def as_person(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return as_person


def pages(kind: str) -> list[str]:
    return [
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}" for model in admin.site._registry
    ]


# An address that wants nothing more belongs to no organisation.
OF_THE_OPERATOR = {"admin:notifications_suppressedaddress"}


def test_every_list_and_every_row_opens_for_the_organisation_admin(
    category: Category, sign_in: SignIn
) -> None:
    report_ticket(category)
    Project.objects.create(organisation=category.organisation, name="New pipes")
    client = sign_in(staff_member(category.department, role=Role.ORGANISATION_ADMIN))

    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = client.get(reverse(f"{name}_changelist"))
        assert listed.status_code == (403 if name in OF_THE_OPERATOR else 200), name
        row = page.get_queryset(listed.wsgi_request).first()
        if row is not None:
            assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, name
        may_add = page.has_add_permission(listed.wsgi_request)
        assert client.get(reverse(f"{name}_add")).status_code == (200 if may_add else 403), name


def test_my_work_opens_for_every_role_that_works(category: Category, sign_in: SignIn) -> None:
    report_ticket(category)
    for role in set(Role) - {Role.RESIDENT}:
        client = sign_in(staff_member(category.department, role=role))
        assert client.get(reverse("admin:index")).status_code == 200, role


def test_residents_are_refused(category: Category, sign_in: SignIn) -> None:
    resident = UserFactory.create()
    assert sign_in(resident).get(reverse("admin:index"), follow=True).status_code == 403


def test_a_staff_flag_without_a_role_is_not_enough(category: Category, sign_in: SignIn) -> None:
    flagged = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=category.organisation, user=flagged, role=Role.RESIDENT)
    assert sign_in(flagged).get(reverse("admin:index"), follow=True).status_code == 403


def test_a_role_without_the_flag_is_not_enough(category: Category, sign_in: SignIn) -> None:
    agent = UserFactory.create(is_staff=False)
    MembershipFactory.create(organisation=category.organisation, user=agent, role=Role.AGENT)
    assert sign_in(agent).get(reverse("admin:index"), follow=True).status_code == 403


def test_visitors_are_sent_to_the_one_sign_in_page(db: None) -> None:
    response = Client().get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
