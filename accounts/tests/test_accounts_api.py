"""Accounts and tokens over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/auth/token/"
ME = "/api/v1/accounts/me/"
NEW = {"email": "New@Example.org", "password": "jacaranda-in-october", "full_name": "  Thandi   Mokoena "}


@pytest.fixture
def person(db: None) -> User:
    return UserFactory.create(email="thandi@example.org", password=PASSWORD)


def post(path: str, body: Any, token: str = "") -> Any:
    client = APIClient()
    if token:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client.post(path, body)


def sign_in(email: str = "thandi@example.org", password: str = PASSWORD, **more: str) -> Any:
    return post(TOKEN, {"email": email, "password": password, **more})


def read_me(token: str) -> Any:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client.get(ME)


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert body["code"] == code
    return body


def test_a_person_signs_in_and_is_who_they_are(person: User) -> None:
    membership = MembershipFactory.create(user=person, role=Role.AGENT)
    tokens = sign_in(email="  THANDI@example.org ").json()

    me = read_me(tokens["access"]).json()

    assert (me["id"], me["email"]) == (str(person.pk), "thandi@example.org")
    organisation = {"slug": membership.organisation.slug, "name": membership.organisation.name}
    assert me["memberships"] == [{"organisation": organisation, "role": "agent"}]
    person.refresh_from_db()
    assert person.last_login is not None


def test_wrong_words_unknown_people_and_inactive_ones_read_the_same(person: User) -> None:
    UserFactory.create(email="gone@example.org", password=PASSWORD, is_active=False)
    UserFactory.create(email="nopassword@example.org")
    answers = [
        sign_in(password="wrong"),
        sign_in(email="nobody@example.org"),
        sign_in(email="gone@example.org"),
        sign_in(email="nopassword@example.org", password="x"),
    ]
    details = {assert_problem(answer, 401, "wrong_credentials")["detail"] for answer in answers}
    assert len(details) == 1


def test_an_account_that_is_deactivated_loses_its_tokens(person: User) -> None:
    tokens = sign_in().json()
    User.objects.update(is_active=False)
    assert_problem(read_me(tokens["access"]), 401, "user_inactive")
    assert_problem(post(f"{TOKEN}refresh/", {"refresh": tokens["refresh"]}), 401, "token_not_valid")


def test_a_new_password_ends_all_tokens(person: User) -> None:
    tokens = sign_in().json()
    person.set_password("another-jacaranda")
    person.save()
    assert_problem(read_me(tokens["access"]), 401, "password_changed")
    assert_problem(post(f"{TOKEN}refresh/", {"refresh": tokens["refresh"]}), 401, "token_not_valid")


def test_a_refresh_token_works_once(person: User) -> None:
    first = sign_in().json()
    second = post(f"{TOKEN}refresh/", {"refresh": first["refresh"]}).json()
    assert read_me(second["access"]).status_code == 200
    assert_problem(post(f"{TOKEN}refresh/", {"refresh": first["refresh"]}), 401, "token_not_valid")
    assert post(f"{TOKEN}refresh/", {"refresh": second["refresh"]}).status_code == 200


def test_a_revoked_token_is_worthless(person: User) -> None:
    tokens = sign_in().json()
    assert post(f"{TOKEN}revoke/", {"refresh": tokens["refresh"]}).status_code == 204
    assert_problem(post(f"{TOKEN}refresh/", {"refresh": tokens["refresh"]}), 401, "token_not_valid")
    assert_problem(post(f"{TOKEN}revoke/", {"refresh": tokens["refresh"]}), 401, "token_not_valid")


def test_an_access_token_lasts_a_quarter_of_an_hour_and_is_no_refresh_token(person: User) -> None:
    tokens = sign_in().json()
    assert_problem(post(f"{TOKEN}refresh/", {"refresh": tokens["access"]}), 401, "token_not_valid")
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        assert_problem(read_me(tokens["access"]), 401, "token_not_valid")
        # A stale token in the header keeps nobody from renewing it.
        assert post(f"{TOKEN}refresh/", {"refresh": tokens["refresh"]}, tokens["access"]).status_code == 200


def test_a_deleted_person_has_no_tokens(person: User) -> None:
    tokens = sign_in().json()
    person.delete()
    assert_problem(read_me(tokens["access"]), 401, "user_not_found")
    assert_problem(post(f"{TOKEN}refresh/", {"refresh": tokens["refresh"]}), 401, "token_not_valid")


def test_a_second_factor_is_asked_for_where_there_is_one(person: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    assert Authenticator.objects.filter(user=person).count() == 1
    assert_problem(sign_in(), 401, "second_factor_needed")
    assert_problem(sign_in(code="000000x"), 401, "second_factor_needed")
    code = format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))
    assert sign_in(code=code).status_code == 200


def test_guessing_passwords_is_slowed_down_for_the_account(person: User) -> None:
    for _time in range(20):
        assert sign_in(password="wrong").status_code == 401
    refused = sign_in()
    assert_problem(refused, 429, "throttled")
    assert int(refused["Retry-After"]) >= 1
    assert_problem(sign_in(email="somebody.else@example.org"), 401, "wrong_credentials")


def test_a_person_opens_an_account_and_confirms_its_address_first() -> None:
    response = post("/api/v1/accounts/", NEW | {"phone": "082 123 4567", "language": "zu"})

    assert response.status_code == 201, response.content
    person = User.objects.get()
    assert (person.email, person.full_name, person.phone, person.language) == (
        "new@example.org",
        "Thandi Mokoena",
        "+27821234567",
        "zu",
    )
    assert "password" not in response.json()
    assert (person.is_staff, person.memberships.count()) == (False, 0)

    # Else one could open an account in another's name and wait until they are given a role.
    assert_problem(sign_in(email="new@example.org"), 403, "email_unconfirmed")
    EmailAddress.objects.update(verified=True)
    assert sign_in(email="new@example.org").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "nobody", "invalid"),
        ("email", "a\u0000@example.org", "invalid"),
        ("email", None, "invalid"),
        ("password", "short", "weak_password"),
        ("password", "1234567890123", "weak_password"),
        ("password", "x" * 201, "invalid"),
        ("full_name", " ", "invalid"),
        ("full_name", "a\u0007b", "invalid"),
        ("full_name", "x" * 151, "invalid"),
        ("phone", "12", "invalid_phone"),
        ("language", "tlh", "invalid"),
        ("is_staff", True, "invalid"),
        ("role", "agent", "invalid"),
    ],
)
def test_an_account_of_nonsense_is_refused_by_the_field(field: str, value: Any, code: str) -> None:
    problem = assert_problem(post("/api/v1/accounts/", NEW | {field: value}), 400, code)
    assert list(problem["errors"]) == [field]
    assert User.objects.count() == 0


def test_an_address_and_a_phone_belong_to_one_person(person: User) -> None:
    User.objects.update(phone="+27821234567")
    taken = post("/api/v1/accounts/", NEW | {"email": "THANDI@example.org"})
    assert list(assert_problem(taken, 409, "email_taken")["errors"]) == ["email"]
    taken = post("/api/v1/accounts/", NEW | {"phone": "0821234567"})
    assert list(assert_problem(taken, 409, "phone_taken")["errors"]) == ["phone"]
    assert (User.objects.count(), EmailAddress.objects.count()) == (1, 0)


def test_a_person_changes_what_is_known_of_them(person: User) -> None:
    other = UserFactory.create(phone="+27829999999")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in().json()['access']}")

    shown = client.patch(ME, {"full_name": "Thandi M", "phone": "083 111 2222", "time_zone": "Africa/Harare"})

    assert shown.status_code == 200, shown.content
    person.refresh_from_db()
    assert (person.full_name, person.phone, person.time_zone) == ("Thandi M", "+27831112222", "Africa/Harare")
    assert client.patch(ME, {"phone": ""}).json()["phone"] is None
    assert_problem(client.patch(ME, {"phone": other.phone}), 409, "phone_taken")
    for bad in (
        {"email": "x@example.org"},
        {"time_zone": "Mars/Base"},
        {"full_name": ""},
        {"is_superuser": True},
    ):
        assert_problem(client.patch(ME, bad), 400, "invalid")
    person.refresh_from_db()
    assert (person.email, person.full_name) == ("thandi@example.org", "Thandi M")


def test_who_is_not_signed_in_is_nobody() -> None:
    assert_problem(APIClient().get(ME), 401, "not_authenticated")
    assert_problem(APIClient().patch(ME, {"full_name": "x"}), 401, "not_authenticated")
