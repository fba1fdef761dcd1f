"""A forgotten password, on the pages and over HTTP."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import PASSWORD, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
ASK = "/api/v1/auth/password/reset/"
CONFIRM = "/api/v1/auth/password/reset/confirm/"
PAGE = "/accounts/password/reset/"
NEW_PASSWORD = "a-hornbill-on-the-fence"


@pytest.fixture(autouse=True)
def person() -> User:
    OrganisationFactory.create()
    return UserFactory.create(email="thandi@example.org", password=PASSWORD, language="en")


def code_in_mail() -> str:
    found = re.search(r"^([A-Z0-9]{4}-?[A-Z0-9]{4})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None, mail.outbox[-1].body
    return found[1]


def ask(email: str = "thandi@example.org") -> Any:
    return APIClient().post(ASK, {"email": email})


def confirm(code: str, email: str = "thandi@example.org", password: str = NEW_PASSWORD) -> Any:
    return APIClient().post(CONFIRM, {"email": email, "code": code, "password": password})


def test_a_code_from_the_mail_sets_a_new_password_and_works_once(person: User) -> None:
    assert ask("THANDI@example.org").status_code == 202
    code = code_in_mail()

    assert confirm(code.lower().replace("-", "")).status_code == 204

    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD)
    assert EmailAddress.objects.get(user=person).verified
    again = confirm(code, password="another-hornbill-again")
    assert (again.status_code, again.json()["code"]) == (400, "wrong_code")
    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD)


def test_known_and_unknown_and_inactive_addresses_are_answered_the_same() -> None:
    UserFactory.create(email="gone@example.org", is_active=False)
    answers = [ask(), ask("nobody@example.org"), ask("gone@example.org")]

    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
    assert [message.to for message in mail.outbox] == [
        ["thandi@example.org"],
        ["nobody@example.org"],
        ["gone@example.org"],
    ]
    refusals = [confirm("ABCD-EFGH", email) for email in ("nobody@example.org", "thandi@example.org")]
    assert {(answer.status_code, answer.json()["detail"]) for answer in refusals} == {
        (400, "This code is wrong or too old. Ask for a new one.")
    }


def test_a_code_is_for_one_address_and_ten_minutes(person: User) -> None:
    other = UserFactory.create(email="pieter@example.org", password=PASSWORD)
    ask()
    foreign = code_in_mail()
    ask("pieter@example.org")
    assert confirm(foreign, "pieter@example.org").json()["code"] == "wrong_code"
    other.refresh_from_db()
    assert other.check_password(PASSWORD)


def test_five_guesses_end_a_code(person: User) -> None:
    ask()
    code = code_in_mail()
    answers = [confirm("WRONG-111").status_code for _time in range(4)]
    assert answers == [400] * 4
    # The fifth request in a minute is the throttle's; from another minute on the tries are used up.
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
        confirm("WRONG-111")
        assert confirm(code).json()["code"] == "wrong_code"
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_weak_password_is_refused_and_the_code_still_works(person: User) -> None:
    ask()
    weak = confirm(code_in_mail(), password="1234567890")
    assert (weak.status_code, list(weak.json()["errors"])) == (400, ["password"])
    assert confirm(code_in_mail()).status_code == 204


def test_asking_too_often_is_refused() -> None:
    answers = [ask("nobody@example.org").status_code for _time in range(6)]
    assert answers == [202] * 5 + [429]


def test_a_new_password_ends_sessions_and_tokens(person: User, client: Client) -> None:
    client.force_login(person)
    token = (
        APIClient().post("/api/v1/auth/token/", {"email": "thandi@example.org", "password": PASSWORD}).json()
    )
    ask()
    confirm(code_in_mail())
    assert client.get("/account/").status_code == 302
    me = APIClient()
    me.credentials(HTTP_AUTHORIZATION=f"Bearer {token['access']}")
    assert me.get("/api/v1/accounts/me/").status_code == 401


# The pages


def test_the_pages_lead_from_the_address_to_the_new_password(person: User, client: Client) -> None:
    person.language = "af"
    person.save()
    asked = client.post(PAGE, {"email": "thandi@example.org"})
    assert (asked.status_code, asked["Location"]) == (302, "/accounts/password/reset/confirm/")
    typed = client.post(asked["Location"], {"code": code_in_mail()})
    assert (typed.status_code, typed["Location"]) == (302, "/accounts/password/reset/complete/")
    assert "base.html" in [template.name for template in client.get(typed["Location"]).templates]

    done = client.post(typed["Location"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert done.status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD)


def test_the_pages_refuse_wrong_codes_and_weak_passwords(person: User, client: Client) -> None:
    client.post(PAGE, {"email": "thandi@example.org"})
    wrong = client.post("/accounts/password/reset/confirm/", {"code": "WRONG"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (200, ["code"])
    client.post("/accounts/password/reset/confirm/", {"code": code_in_mail()})
    weak = client.post(
        "/accounts/password/reset/complete/", {"password1": "password12", "password2": "password12"}
    )
    assert list(weak.context["form"].errors) == ["password1"]
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_code_that_is_too_old_leads_back_to_the_door(person: User, client: Client) -> None:
    client.post(PAGE, {"email": "thandi@example.org"})
    code = code_in_mail()
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        late = client.post("/accounts/password/reset/confirm/", {"code": code})
    assert (late.status_code, late["Location"]) == (302, "/accounts/login/")
    assert client.get("/accounts/password/reset/complete/").status_code == 302
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_code_works_only_in_the_browser_that_asked_for_it(person: User, client: Client) -> None:
    client.post(PAGE, {"email": "thandi@example.org"})
    elsewhere = Client().post("/accounts/password/reset/confirm/", {"code": code_in_mail()})
    assert (elsewhere.status_code, elsewhere["Location"]) == (302, "/accounts/login/")


def test_the_page_says_the_same_to_strangers(client: Client) -> None:
    asked = client.post(PAGE, {"email": "nobody@example.org"})
    assert (asked.status_code, asked["Location"]) == (302, "/accounts/password/reset/confirm/")
    assert client.get(asked["Location"]).status_code == 200
    assert mail.outbox[-1].subject == "There is no account with this address"


def test_signing_up_with_an_address_that_has_an_account_reads_the_same(client: Client) -> None:
    words = {"full_name": "Somebody", "contact": "THANDI@Example.org", "password1": NEW_PASSWORD}
    answer = client.post("/accounts/signup/", words)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert client.get(answer["Location"]).status_code == 200
    assert (User.objects.count(), mail.outbox[-1].subject) == (1, "You have an account already")


def test_too_many_wrong_passwords_lock_the_account_for_a_while(client: Client) -> None:
    words = {"login": "thandi@example.org", "password": "wrong"}
    for _time in range(5):
        client.post("/accounts/login/", words)
    locked = client.post("/accounts/login/", words | {"password": PASSWORD})
    assert "Too many failed login attempts" in locked.content.decode()
    assert "_auth_user_id" not in client.session


def test_asking_the_page_too_often_is_a_page_that_says_so(client: Client) -> None:
    answers = [client.post(PAGE, {"email": "thandi@example.org"}) for _time in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert (answers[-1]["Retry-After"], "Wait a few minutes" in answers[-1].content.decode()) == ("300", True)
