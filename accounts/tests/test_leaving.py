"""Signing out everywhere, taking one's data along, and deleting the account."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.actions.deletion import NAME_AFTERWARDS
from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import PASSWORD, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
ME = "/api/v1/accounts/me/"
TOKEN = "/api/v1/auth/token/"


@pytest.fixture(autouse=True)
def person() -> User:
    OrganisationFactory.create()
    person = UserFactory.create(email="thandi@example.org", password=PASSWORD, phone="+27821234567")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def tokens() -> dict[str, str]:
    body = {"email": "thandi@example.org", "password": PASSWORD}
    found: dict[str, str] = APIClient().post(TOKEN, body).json()
    return found


def with_token(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_signing_out_everywhere_ends_every_session_and_token(person: User, client: Client) -> None:
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(person)
    given = tokens()

    answer = client.post("/account/sign-out-everywhere/")

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert [browser.get("/account/").status_code for browser in (client, elsewhere)] == [302, 302]
    assert code_of(with_token(given["access"]).get(ME)) == (401, "signed_out")
    renewed = APIClient().post(f"{TOKEN}refresh/", {"refresh": given["refresh"]})
    assert code_of(renewed) == (401, "token_not_valid")
    assert with_token(tokens()["access"]).get(ME).status_code == 200


def test_signing_out_everywhere_leaves_others_alone(client: Client) -> None:
    other = UserFactory.create()
    elsewhere = Client()
    elsewhere.force_login(other)
    client.force_login(User.objects.get(email="thandi@example.org"))
    client.post("/account/sign-out-everywhere/")
    assert elsewhere.get("/account/").status_code == 200


@pytest.mark.parametrize("path", ["/account/sign-out-everywhere/", "/account/delete/"])
def test_visitors_have_nothing_to_end(client: Client, path: str) -> None:
    answer = client.post(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


def test_a_deleted_person_is_forgotten_and_signed_in_nowhere(person: User, client: Client) -> None:
    membership = MembershipFactory.create(user=person, role=Role.AGENT)
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(person)
    given = tokens()

    answer = client.post("/account/delete/", {"password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    person.refresh_from_db()
    assert (person.email, person.phone, person.full_name) == (None, None, NAME_AFTERWARDS)
    assert (person.is_active, person.is_staff, person.has_usable_password()) == (False, False, False)
    membership.refresh_from_db()
    assert (membership.is_active, EmailAddress.objects.count()) == (False, 0)
    assert elsewhere.get("/account/").status_code == 302
    assert code_of(with_token(given["access"]).get(ME)) == (401, "user_inactive")
    assert APIClient().post(f"{TOKEN}refresh/", {"refresh": given["refresh"]}).status_code == 401
    words = {"email": "thandi@example.org", "password": PASSWORD}
    assert code_of(APIClient().post(TOKEN, words)) == (401, "wrong_credentials")


def test_the_address_of_a_deleted_account_is_free_again(client: Client, person: User) -> None:
    assert with_token(tokens()["access"]).delete(ME, {"password": PASSWORD}).status_code == 204
    again = {"email": "Thandi@example.org", "password": PASSWORD, "full_name": "Thandi"}
    assert APIClient().post("/api/v1/accounts/", again).status_code == 202
    # The code of a new account, and not the news that there is one.
    assert "code" in mail.outbox[-1].body


def test_a_wrong_password_deletes_nothing(client: Client, person: User) -> None:
    client.force_login(person)
    answer = client.post("/account/delete/", {"password": "wrong"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["password"])
    over_http = with_token(tokens()["access"]).delete(ME, {"password": "wrong"})
    assert code_of(over_http) == (400, "wrong_password")
    person.refresh_from_db()
    assert (person.is_active, person.email) == (True, "thandi@example.org")


def test_passwords_cannot_be_tried_at_an_open_browser(client: Client, person: User) -> None:
    client.force_login(person)
    answers = [client.post("/account/delete/", {"password": "wrong"}).status_code for _time in range(11)]
    assert answers == [400] * 10 + [429]


def test_who_has_no_password_confirms_with_their_address(client: Client) -> None:
    person = UserFactory.create(email="pieter@example.org")
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    assert client.post("/account/delete/", {"password": "thandi@example.org"}).status_code == 400
    assert client.post("/account/delete/", {"password": " Pieter@example.org"}).status_code == 302
    person.refresh_from_db()
    assert not person.is_active


def test_the_last_admin_stays_until_there_is_another(client: Client, person: User) -> None:
    organisation = MembershipFactory.create(user=person, role=Role.ORGANISATION_ADMIN).organisation
    client.force_login(person)

    refused = client.post("/account/delete/", {"password": PASSWORD})

    assert "last organisation admin" in refused.content.decode()
    assert code_of(with_token(tokens()["access"]).delete(ME, {"password": PASSWORD})) == (409, "last_admin")
    person.refresh_from_db()
    assert person.is_active
    MembershipFactory.create(organisation=organisation, role=Role.ORGANISATION_ADMIN)
    assert client.post("/account/delete/", {"password": PASSWORD}).status_code == 302


def test_a_person_takes_their_data_along(client: Client, person: User) -> None:
    membership = MembershipFactory.create(user=person, role=Role.AGENT)
    client.force_login(person)

    answer = client.get("/account/my-data.json")

    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    data = answer.json()
    assert data["account"]["email"] == "thandi@example.org"
    assert data["email_addresses"] == [{"email": "thandi@example.org", "verified": True, "primary": True}]
    assert [(one["organisation"], one["role"]) for one in data["memberships"]] == [
        (membership.organisation.name, "agent")
    ]
    over_http = with_token(tokens()["access"]).get(f"{ME}export/").json()
    # Asking for a token was a sign-in.
    assert data.keys() == over_http.keys()
    assert over_http["account"]["id"] == str(person.pk)
    assert APIClient().get(f"{ME}export/").status_code == 401
