"""Who has a mobile number and no address is served like everybody; what nobody confirmed is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.actions.deletion import NAME_AFTERWARDS
from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.tasks import forget_unconfirmed
from accounts.tests.factories import PASSWORD, MembershipFactory, OrganisationFactory, UserFactory
from tests.inboxes import Inbox

pytestmark = pytest.mark.django_db
NUMBER = "+27821234567"
TYPED = ["082 123 4567", "0821234567", "27 82 123 4567", NUMBER, "1234567"]


@pytest.fixture(autouse=True)
def organisation(sms_inbox: Inbox) -> Organisation:
    return OrganisationFactory.create()


@pytest.fixture
def lerato() -> User:
    return UserFactory.create(
        full_name="Lerato Mokoena", email=None, phone=NUMBER, phone_is_confirmed=True, password=PASSWORD
    )


def signed_in(person: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": person.phone, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_their_data_says_the_number_and_that_it_is_confirmed(lerato: User) -> None:
    data = signed_in(lerato).get("/account/my-data.json").json()
    account = data["account"]
    assert (account["phone"], account["phone_is_confirmed"], account["email"]) == (NUMBER, True, None)
    assert data["email_addresses"] == []


def test_their_account_ends_with_the_password_and_the_number_is_free(lerato: User) -> None:
    client = signed_in(lerato)
    assert client.post("/account/delete/", {"password": PASSWORD}).status_code == 302
    lerato.refresh_from_db()
    assert (lerato.phone, lerato.phone_is_confirmed, lerato.full_name) == (None, False, NAME_AFTERWARDS)
    assert UserFactory.create(phone=NUMBER, phone_is_confirmed=True).phone == NUMBER


def test_without_a_password_they_confirm_with_the_number_in_any_form(lerato: User) -> None:
    lerato.set_unusable_password()
    lerato.save()
    client = Client()
    client.force_login(lerato)
    page = client.get("/account/delete/")
    assert page.context["form"].fields["password"].label == "Your mobile number, to confirm"
    for wrong in ("083 111 2222", "hello", "lerato@example.org"):
        answer = client.post("/account/delete/", {"password": wrong})
        assert (answer.status_code, answer.context["form"].errors["password"]) == (
            400,
            ["This is not your e-mail address or mobile number."],
        )
    assert client.post("/account/delete/", {"password": "082 123 4567"}).status_code == 302
    lerato.refresh_from_db()
    assert lerato.is_active is False


def test_they_set_up_a_second_step_and_sign_in_with_it(lerato: User) -> None:
    client = signed_in(lerato)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}

    words = {"phone": NUMBER, "password": PASSWORD}
    refused = APIClient().post("/api/v1/auth/token/", words)
    assert (refused.status_code, refused.json()["code"]) == (401, "second_factor_needed")
    later = format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30 + 1))
    assert APIClient().post("/api/v1/auth/token/", words | {"code": later}).status_code == 200


def test_the_page_of_passkeys_opens_for_them(lerato: User) -> None:
    assert signed_in(lerato).get("/accounts/2fa/webauthn/add/").status_code == 200


@pytest.mark.parametrize("typed", TYPED)
def test_the_console_finds_them_by_the_number_in_any_form(
    organisation: Organisation, lerato: User, typed: str
) -> None:
    MembershipFactory.create(organisation=organisation, user=lerato, role=Role.AGENT)
    boss = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=organisation, user=boss, role=Role.ORGANISATION_ADMIN)
    client = Client()
    client.force_login(boss)
    found: list[Any] = []
    for name in ("membership", "user"):
        page = client.get(reverse(f"admin:accounts_{name}_changelist"), {"q": typed})
        found += [[str(row) for row in page.context["cl"].result_list]]
    assert [len(rows) for rows in found] == [1, 1]
    assert all("Lerato Mokoena" in rows[0] for rows in found)


# What an admin writes


def change(client: Client, person: User, **changed: str) -> Any:
    words = {"full_name": person.full_name, "email": person.email or "", "phone": person.phone or ""}
    more = {"language": "en", "time_zone": "Africa/Johannesburg", "is_active": "on"}
    inline = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    address = reverse("admin:accounts_user_change", args=[person.pk])
    return client.post(address, {**words, **more, **inline, **changed}, follow=True)


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return client


def test_a_number_that_an_admin_writes_is_normalised_and_not_confirmed(operator: Client) -> None:
    thandi = UserFactory.create(email="thandi@example.org", phone="+27831112222", phone_is_confirmed=True)
    change(operator, thandi, phone="082 123 4567")
    thandi.refresh_from_db()
    assert (thandi.phone, thandi.phone_is_confirmed) == (NUMBER, False)


def test_a_number_that_is_none_is_refused_with_the_reason(operator: Client, lerato: User) -> None:
    answer = change(operator, lerato, phone="082 123")
    assert "This is not a phone number that we can reach." in answer.content.decode()
    lerato.refresh_from_db()
    assert lerato.phone == NUMBER


def test_the_number_that_somebody_signs_in_with_is_theirs_to_change(operator: Client, lerato: User) -> None:
    answer = change(operator, lerato, phone="083 111 2222")
    assert "only they can change it" in answer.content.decode()
    lerato.refresh_from_db()
    assert (lerato.phone, lerato.phone_is_confirmed) == (NUMBER, True)


def test_a_number_noted_beside_an_address_claims_nothing(lerato: User) -> None:
    UserFactory.create(email="thandi@example.org", phone=NUMBER, password=PASSWORD)
    client = Client()
    client.post("/accounts/login/", {"login": NUMBER, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(lerato.pk)


# What nobody confirmed


def test_accounts_whose_number_nobody_confirmed_are_forgotten_after_a_day() -> None:
    long_ago = timezone.now() - timedelta(hours=25)
    stale = UserFactory.create(email=None, phone=NUMBER, date_joined=long_ago)
    kept = [
        UserFactory.create(email=None, phone=NUMBER),
        UserFactory.create(email=None, phone=NUMBER, phone_is_confirmed=True, date_joined=long_ago),
        UserFactory.create(phone=NUMBER, date_joined=long_ago),
        UserFactory.create(email=None, phone=NUMBER, date_joined=long_ago, last_login=long_ago),
        UserFactory.create(email=None, phone=NUMBER, date_joined=long_ago, is_active=False),
        UserFactory.create(email=None, phone=None, date_joined=long_ago),
        MembershipFactory.create(user__email=None, user__phone=NUMBER, user__date_joined=long_ago).user,
    ]
    assert forget_unconfirmed() == 1
    assert set(User.objects.all()) == set(kept)
    assert not User.objects.filter(pk=stale.pk).exists()
    assert forget_unconfirmed() == 0
