"""Accounts and tokens over HTTP."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.test import Client
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


def confirm(code: str, **where: str) -> Any:
    return post("/api/v1/accounts/confirm/", {"code": code, **where})


def code_in_mail() -> str:
    found = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None, mail.outbox[-1].body
    return found[1]


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


def test_a_token_of_a_server_whose_clock_is_a_little_ahead_is_taken(person: User) -> None:
    now = timezone.now()
    with time_machine.travel(now + timedelta(seconds=20), tick=False):
        soon = sign_in().json()["access"]
    with time_machine.travel(now + timedelta(minutes=5), tick=False):
        later = sign_in().json()["access"]
    with time_machine.travel(now, tick=False):
        assert read_me(soon).status_code == 200
        assert_problem(read_me(later), 401, "token_not_valid")


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


def test_five_wrong_passwords_lock_the_account_whether_it_is_there_or_not(person: User) -> None:
    for email in ("thandi@example.org", "nobody@example.org"):
        answers = [sign_in(email, "wrong").status_code for _time in range(5)]
        locked = sign_in(email)
        assert answers == [401] * 5
        assert assert_problem(locked, 429, "locked_out")["detail"] == (
            "Too many wrong passwords. Wait five minutes, or set a new password."
        )
        assert locked["Retry-After"] == "300"
    assert_problem(sign_in(email="somebody.else@example.org"), 401, "wrong_credentials")
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert sign_in().status_code == 200


def test_the_lock_of_the_page_and_of_the_api_is_one(person: User, client: Client) -> None:
    for _time in range(5):
        client.post("/accounts/login/", {"login": "Thandi@example.org", "password": "wrong"})
    assert_problem(sign_in(), 429, "locked_out")


def test_signing_in_too_often_is_slowed_down_for_the_account(person: User) -> None:
    answers = [sign_in().status_code for _time in range(20)]
    refused = sign_in()
    assert answers == [200] * 20
    detail = assert_problem(refused, 429, "throttled")["detail"]
    assert detail == f"That was too often in a short time. Try again in {refused['Retry-After']} seconds."
    assert_problem(sign_in(email="somebody.else@example.org"), 401, "wrong_credentials")


def test_an_account_is_opened_by_the_code_that_was_sent() -> None:
    asked = post("/api/v1/accounts/", NEW | {"language": "zu"})

    assert (asked.status_code, asked.json()) == (
        202,
        {"sent": [{"channel": "email", "to": "new@example.org"}]},
    )
    assert User.objects.count() == 0
    assert_problem(sign_in(email="new@example.org"), 401, "wrong_credentials")
    opened = confirm(code_in_mail(), email="NEW@example.org")

    assert opened.status_code == 201, opened.content
    person = User.objects.get()
    assert opened.json()["id"] == str(person.pk)
    assert (person.email, person.full_name, person.language) == ("new@example.org", "Thandi Mokoena", "zu")
    assert (person.is_staff, person.memberships.count()) == (False, 0)
    assert EmailAddress.objects.get().verified
    assert "password" not in opened.json()
    assert sign_in(email="new@example.org").status_code == 200


def test_a_code_of_a_new_account_works_once_for_its_own_address_and_ten_minutes() -> None:
    post("/api/v1/accounts/", NEW)
    code = code_in_mail()
    post("/api/v1/accounts/", NEW | {"email": "other@example.org"})

    assert_problem(confirm(code, email="other@example.org"), 400, "wrong_code")
    assert_problem(confirm("WRONG-111", email="new@example.org"), 400, "wrong_code")
    assert_problem(confirm(code, email="nobody@example.org"), 400, "wrong_code")
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert_problem(confirm(code, email="new@example.org"), 400, "wrong_code")
    assert User.objects.count() == 0
    assert confirm(code, email="new@example.org").status_code == 201
    assert_problem(confirm(code, email="new@example.org"), 400, "wrong_code")
    assert (User.objects.count(), EmailAddress.objects.count()) == (1, 1)


def test_five_guesses_end_the_code_of_a_new_account() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        post("/api/v1/accounts/", NEW)
        for _time in range(5):
            clock.shift(timedelta(seconds=61))
            assert_problem(confirm("WRONG-111", email="new@example.org"), 400, "wrong_code")
        clock.shift(timedelta(seconds=61))
        assert_problem(confirm(code_in_mail(), email="new@example.org"), 400, "wrong_code")
    assert User.objects.count() == 0


def test_asking_for_accounts_too_often_is_refused_for_the_address() -> None:
    answers = [post("/api/v1/accounts/", NEW).status_code for _time in range(6)]
    assert answers == [202] * 5 + [429]
    assert len(mail.outbox) == 5


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "nobody", "invalid"),
        ("email", "a\u0000@example.org", "invalid"),
        ("email", "", "invalid"),
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
    assert (User.objects.count(), mail.outbox) == (0, [])


def test_who_gives_neither_address_nor_number_is_refused() -> None:
    body = {name: value for name, value in NEW.items() if name != "email"}
    problem = assert_problem(post("/api/v1/accounts/", body), 400, "one_contact")
    assert list(problem["errors"]) == ["email"]


@pytest.mark.parametrize("typed", ["thandi@example.org", "THANDI@Example.ORG", " Thandi@example.org "])
def test_an_address_that_has_an_account_in_whatever_case_opens_none(person: User, typed: str) -> None:
    taken = post("/api/v1/accounts/", NEW | {"email": typed})

    assert (taken.status_code, taken.json()) == (
        202,
        {"sent": [{"channel": "email", "to": "thandi@example.org"}]},
    )
    assert [message.subject for message in mail.outbox] == ["You have an account already"]
    assert_problem(confirm("BCDF-GHJK", email=typed), 400, "wrong_code")
    assert (User.objects.count(), EmailAddress.objects.count()) == (1, 0)


def test_an_address_that_somebody_took_in_the_meantime_stays_theirs() -> None:
    post("/api/v1/accounts/", NEW)
    other = UserFactory.create(email="new@example.org")
    assert_problem(confirm(code_in_mail(), email="new@example.org"), 409, "email_taken")
    assert list(User.objects.all()) == [other]


def test_a_person_changes_what_is_known_of_them(person: User) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in().json()['access']}")

    shown = client.patch(ME, {"full_name": "Thandi M", "time_zone": "Africa/Harare"})

    assert shown.status_code == 200, shown.content
    person.refresh_from_db()
    assert (person.full_name, person.time_zone) == ("Thandi M", "Africa/Harare")
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
