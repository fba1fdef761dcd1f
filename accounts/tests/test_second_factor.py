"""A second factor: set up, asked for, and demanded by an organisation."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import Membership, Organisation, User
from accounts.tests.factories import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/auth/token/"


@pytest.fixture
def membership() -> Membership:
    person = UserFactory.create(email="sipho@example.org", password=PASSWORD, is_staff=True)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    membership: Membership = MembershipFactory.create(user=person, role=Role.AGENT)
    return membership


def demand(membership: Membership) -> None:
    Organisation.objects.filter(pk=membership.organisation_id).update(second_factor_required=True)


def code_of(secret: str) -> str:
    found: str = format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))
    return found


def signed_in(person: User) -> Client:
    """With the password just typed, as for every change of how one signs in."""
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def ask_for_tokens(**more: str) -> Any:
    return APIClient().post(TOKEN, {"email": "sipho@example.org", "password": PASSWORD, **more})


def test_staff_are_led_to_set_up_what_their_organisation_demands(
    client: Client, membership: Membership
) -> None:
    client.force_login(membership.user)
    assert client.get("/console/").status_code == 200
    demand(membership)

    answers = [client.get(path) for path in ("/console/", "/near-by/", "/console/accounts/membership/")]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/accounts/2fa/")}
    assert client.get("/accounts/2fa/").status_code == 200
    over_http = client.get("/api/v1/tickets/")
    assert (over_http.status_code, over_http.json()["code"]) == (403, "second_factor_required")
    TOTP.activate(membership.user, generate_totp_secret())
    assert client.get("/console/").status_code == 200


def test_no_token_without_the_factor_that_is_demanded(membership: Membership) -> None:
    given = ask_for_tokens().json()
    demand(membership)

    refusals = [ask_for_tokens(), APIClient().post(f"{TOKEN}refresh/", {"refresh": given["refresh"]})]

    assert {(answer.status_code, answer.json()["code"]) for answer in refusals} == {
        (403, "second_factor_required")
    }
    secret = generate_totp_secret()
    TOTP.activate(membership.user, secret)
    assert ask_for_tokens(code=code_of(secret)).status_code == 200


@pytest.mark.parametrize("change", [{"role": Role.RESIDENT}, {"is_active": False}])
def test_only_staff_who_work_there_now_need_one(membership: Membership, change: dict[str, Any]) -> None:
    demand(membership)
    Membership.objects.filter(pk=membership.pk).update(**change)
    assert ask_for_tokens().status_code == 200


def test_an_app_is_set_up_with_the_code_that_it_shows(membership: Membership) -> None:
    client = signed_in(membership.user)
    page = client.get("/accounts/2fa/totp/activate/")
    assert (page.status_code, "base.html" in [found.name for found in page.templates]) == (200, True)
    secret = page.context["form"].secret

    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000x"})
    assert (wrong.status_code, Authenticator.objects.count()) == (200, 0)
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})

    assert (done.status_code, done["Location"]) == (302, "/accounts/2fa/recovery-codes/")
    kinds = set(Authenticator.objects.values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}


def test_the_page_asks_for_the_code_after_the_password(membership: Membership) -> None:
    secret = generate_totp_secret()
    TOTP.activate(membership.user, secret)
    client = signed_in(membership.user)
    assert "_auth_user_id" not in client.session
    page = client.get("/accounts/2fa/authenticate/")
    assert (page.status_code, "base.html" in [found.name for found in page.templates]) == (200, True)

    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in client.session
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert client.session["_auth_user_id"] == str(membership.user_id)


@pytest.mark.parametrize(
    "path", ["/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/", "/account/delete/"]
)
def test_the_pages_of_the_second_step_open_and_have_no_inline_script(
    membership: Membership, path: str
) -> None:
    page = signed_in(membership.user).get(path)
    html = page.content.decode()
    assert page.status_code == 200
    assert "base.html" in [found.name for found in page.templates]
    scripts = [piece.split(">", 1)[0] for piece in html.split("<script")[1:]]
    assert [tag for tag in scripts if "src=" not in tag and "application/json" not in tag] == []
    assert 'style="' not in html


def test_the_console_lets_nobody_demand_a_second_factor_who_has_none(membership: Membership) -> None:
    Membership.objects.filter(pk=membership.pk).update(role=Role.ORGANISATION_ADMIN)
    organisation = membership.organisation
    address = reverse("admin:accounts_organisation_change", args=[organisation.pk])
    client = signed_in(membership.user)
    form = {**client.get(address).context["adminform"].form.initial, "second_factor_required": "on"}
    typed = {name: value for name, value in form.items() if value not in {None, False}}

    client.post(address, typed)
    organisation.refresh_from_db()
    assert organisation.second_factor_required is False

    Authenticator.objects.create(user=membership.user, type=Authenticator.Type.TOTP, data={})
    client.post(address, typed)
    organisation.refresh_from_db()
    assert organisation.second_factor_required is True


def test_a_passkey_is_called_one_where_it_stands_for_the_password(membership: Membership) -> None:
    client = signed_in(membership.user)
    Authenticator.objects.create(
        user=membership.user, type=Authenticator.Type.WEBAUTHN, data={"name": "My phone", "credential": {}}
    )
    offered = client.get("/accounts/reauthenticate/").context["reauthentication_alternatives"]
    assert [(way["description"], way["url"]) for way in offered] == [
        ("Use a passkey", "/accounts/2fa/webauthn/reauthenticate/")
    ]
