"""The organisation admin looks after the people of the organisation, and of no other."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Invitation, Membership, Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

ADD = "admin:accounts_membership_add"


@pytest.fixture
def organisation() -> Organisation:
    return OrganisationFactory.create()


@pytest.fixture
def boss(organisation: Organisation) -> User:
    return member(organisation, Role.ORGANISATION_ADMIN)


def member(organisation: Organisation, role: Role) -> User:
    person = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=organisation, user=person, role=role)
    return person


def as_person(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def somebody(organisation: Organisation, **changed: Any) -> dict[str, Any]:
    return {
        "organisation": str(organisation.pk),
        "name": "Kagiso Molefe",
        "email": "kagiso@example.org",
        "phone": "082 123 4567",
        "role": Role.AGENT,
        **changed,
    }


def test_somebody_is_invited_and_gets_the_role_by_joining(organisation: Organisation, boss: User) -> None:
    as_person(boss).post(reverse(ADD), somebody(organisation))

    invitation = Invitation.objects.get(email="kagiso@example.org")
    asleep = invitation.membership
    assert (asleep.role, asleep.is_active, asleep.state) == (Role.AGENT, False, "invited")
    assert (asleep.user.email, asleep.user.is_staff, asleep.user.has_usable_password()) == (
        None,
        False,
        False,
    )
    assert [message.to for message in mail.outbox] == [["kagiso@example.org"]]
    shown = as_person(boss).get(reverse("admin:accounts_membership_changelist")).content.decode()
    assert "kagiso@example.org" in shown
    assert "invited" in shown


def test_the_console_says_nothing_of_who_has_an_account_already(
    organisation: Organisation, boss: User
) -> None:
    known = UserFactory.create(email="kagiso@example.org", full_name="K. Molefe")
    answer = as_person(boss).post(reverse(ADD), somebody(organisation, name="Another Name"), follow=True)

    assert "K. Molefe" not in answer.content.decode()
    known.refresh_from_db()
    assert (known.full_name, known.is_staff, known.memberships.count()) == ("K. Molefe", False, 0)
    assert organisation.memberships.get(is_active=False).user.full_name == "Another Name"


def test_who_was_invited_works_here_only_by_joining(organisation: Organisation, boss: User) -> None:
    as_person(boss).post(reverse(ADD), somebody(organisation))
    asleep = organisation.memberships.get(is_active=False)
    change(as_person(boss), asleep, role=Role.AUDITOR, is_active="on")
    asleep.refresh_from_db()
    assert (asleep.role, asleep.is_active) == (Role.AGENT, False)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"name": "a\x07"}, "name"),
        ({"phone": "123"}, "phone"),
        ({"role": "emperor"}, "role"),
        ({"role": "resident"}, "role"),
        ({"name": ""}, "name"),
    ],
)
def test_nonsense_is_refused_by_the_field(
    organisation: Organisation, boss: User, changed: dict[str, str], field: str
) -> None:
    response = as_person(boss).post(reverse(ADD), somebody(organisation, **changed))
    assert list(response.context["adminform"].form.errors) == [field]
    assert Membership.objects.count() == 1


def test_nobody_is_added_twice_or_to_another_organisation(organisation: Organisation, boss: User) -> None:
    again = as_person(boss).post(reverse(ADD), somebody(organisation, email=boss.email))
    assert list(again.context["adminform"].form.errors) == ["email"]
    elsewhere = as_person(boss).post(reverse(ADD), somebody(OrganisationFactory.create()))
    assert list(elsewhere.context["adminform"].form.errors) == ["organisation"]
    assert Membership.objects.count() == 1


def change(client: Client, membership: Membership, **data: Any) -> Any:
    return client.post(reverse("admin:accounts_membership_change", args=[membership.pk]), data)


def test_who_leaves_may_not_enter_any_more(organisation: Organisation, boss: User) -> None:
    agent = member(organisation, Role.AGENT)
    change(as_person(boss), agent.memberships.get(), role=Role.AGENT)

    agent.refresh_from_db()
    assert (agent.memberships.get().is_active, agent.is_staff) == (False, False)


def test_an_admin_cannot_lock_themselves_out(organisation: Organisation, boss: User) -> None:
    change(as_person(boss), boss.memberships.get(), role=Role.AGENT, is_active="on")
    membership = boss.memberships.get()
    assert (membership.role, membership.is_active) == (Role.ORGANISATION_ADMIN, True)


@pytest.mark.parametrize("role", [Role.AGENT, Role.CALL_CENTRE, Role.DEPARTMENT_ADMIN, Role.AUDITOR])
def test_nobody_else_changes_people(organisation: Organisation, role: Role) -> None:
    client = as_person(member(organisation, role))
    agent = member(organisation, Role.AGENT)

    assert client.get(reverse(ADD)).status_code == 403
    assert change(client, agent.memberships.get(), role=Role.ORGANISATION_ADMIN).status_code == 403
    assert agent.memberships.get().role == Role.AGENT


def edit(client: Client, person: User, **data: Any) -> Any:
    fields = {
        "full_name": person.full_name,
        "email": person.email,
        "phone": "",
        "language": "en",
        "time_zone": "Africa/Johannesburg",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
        **data,
    }
    return client.post(reverse("admin:accounts_user_change", args=[person.pk]), fields)


def test_the_name_of_ones_own_people_can_be_corrected(organisation: Organisation, boss: User) -> None:
    agent = member(organisation, Role.AGENT)
    assert edit(as_person(boss), agent, full_name="New Name").status_code == 302
    agent.refresh_from_db()
    assert agent.full_name == "New Name"


def test_whose_address_also_opens_another_organisation_is_out_of_reach(
    organisation: Organisation, boss: User
) -> None:
    shared = member(organisation, Role.AGENT)
    MembershipFactory.create(user=shared, role=Role.ORGANISATION_ADMIN)
    before = shared.email

    assert edit(as_person(boss), shared, email="thief@example.org").status_code == 403
    shared.refresh_from_db()
    assert shared.email == before


def test_the_operator_is_out_of_reach(organisation: Organisation, boss: User) -> None:
    operator = UserFactory.create(is_staff=True, is_superuser=True)
    MembershipFactory.create(organisation=organisation, user=operator, role=Role.AGENT)
    assert edit(as_person(boss), operator, email="thief@example.org").status_code == 403


def test_people_of_other_organisations_are_not_listed(organisation: Organisation, boss: User) -> None:
    member(OrganisationFactory.create(), Role.AGENT)
    page = as_person(boss).get(reverse("admin:accounts_membership_changelist"))
    assert [row.user for row in page.context["cl"].result_list] == [boss]


def test_the_menu_shows_only_what_concerns_the_person(organisation: Organisation, boss: User) -> None:
    def titles(person: User) -> set[str]:
        menu = as_person(person).get(reverse("admin:index")).context["sidebar_navigation"]
        return {str(item["title"]) for group in menu for item in group["items"]}

    assert {"Organisation", "Calendars", "Wards"} <= titles(boss)
    assert not {"Organisation", "Calendars", "Wards", "Audit trail"} & titles(
        member(organisation, Role.AGENT)
    )


def test_a_foreign_signed_in_person_is_told_so_in_words() -> None:
    response = as_person(UserFactory.create()).get(reverse("admin:index"), follow=True)
    assert response.status_code == 403
