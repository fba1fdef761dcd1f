"""Mobile numbers over HTTP: opening accounts, signing in, new passwords, other numbers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import PASSWORD, OrganisationFactory, UserFactory
from tests.inboxes import Inbox

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
ME = f"{ROOT}/accounts/me/"
CONFIRM_PHONE = f"{ME}phone/confirm/"
NUMBER = "+27821234567"
OTHER = "+27831112222"
NEW_PASSWORD = "a-hornbill-on-the-fence"
NEW = {"phone": "082 123 4567", "password": PASSWORD, "full_name": "Lerato Mokoena"}
LOCAL_FORMS = ["082 123 4567", "082-123-4567", "27821234567", "+27 (0)82 123 4567", "0027821234567"]


@pytest.fixture(autouse=True)
def _city(sms_inbox: Inbox, settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    OrganisationFactory.create()


@pytest.fixture
def lerato() -> User:
    return UserFactory.create(email=None, phone=NUMBER, phone_is_confirmed=True, password=PASSWORD)


def post(path: str, **body: Any) -> Any:
    return APIClient().post(f"{ROOT}/{path}", body)


def as_person(person: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def refusal(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def code_in(sms_inbox: Inbox, to: str = NUMBER) -> str:
    found = re.search(r"\b(\d{6})\b", sms_inbox.to(to)[0].text)
    assert found is not None, sms_inbox.to(to)[0].text
    return found[1]


def code_in_mail() -> str:
    found = re.search(r"^([A-Z]{4}-[A-Z]{4})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None, mail.outbox[-1].body
    return found[1]


# Opening an account


@pytest.mark.parametrize("typed", LOCAL_FORMS)
def test_a_number_in_any_local_form_opens_an_account_with_its_code(sms_inbox: Inbox, typed: str) -> None:
    asked = post("accounts/", **NEW | {"phone": typed})
    assert (asked.status_code, asked.json()) == (202, {"sent": [{"channel": "sms", "to": NUMBER}]})
    assert User.objects.count() == 0

    opened = post("accounts/confirm/", phone=typed, code=code_in(sms_inbox))

    assert opened.status_code == 201, opened.content
    person = User.objects.get()
    assert (person.phone, person.phone_is_confirmed, person.email) == (NUMBER, True, None)
    body = opened.json()
    assert (body["phone"], body["phone_is_confirmed"], body["phone_to_confirm"]) == (NUMBER, True, None)
    assert post("auth/token/", phone=typed, password=PASSWORD).status_code == 200


@pytest.mark.parametrize("bad", ["12", "082 123 456", "+999 123 4567", "10111", "hello"])
def test_a_number_that_nobody_can_reach_is_refused_with_the_reason(sms_inbox: Inbox, bad: str) -> None:
    answer = post("accounts/", **NEW | {"phone": bad})
    assert refusal(answer) == (400, "invalid_phone")
    assert answer.json()["errors"] == {
        "phone": [
            "This is not a phone number that we can reach. Write it like 082 123 4567 or +27 82 123 4567."
        ]
    }
    assert sms_inbox.messages() == []


def test_of_somebody_who_gives_both_each_is_confirmed_by_its_own_code(sms_inbox: Inbox) -> None:
    asked = post("accounts/", **NEW, email="Lerato@example.org")
    assert asked.json() == {
        "sent": [{"channel": "sms", "to": NUMBER}, {"channel": "email", "to": "lerato@example.org"}]
    }
    by_sms, by_mail = code_in(sms_inbox), code_in_mail()
    assert refusal(post("accounts/confirm/", email="lerato@example.org", code=by_sms)) == (400, "wrong_code")

    first = post("accounts/confirm/", email="lerato@example.org", code=by_mail).json()
    assert (first["email"], first["phone"]) == ("lerato@example.org", None)
    second = post("accounts/confirm/", phone=NUMBER, code=by_sms).json()

    assert (second["id"], second["email"], second["phone"]) == (first["id"], "lerato@example.org", NUMBER)
    assert User.objects.get().phone_is_confirmed
    assert EmailAddress.objects.get().verified


def test_of_somebody_who_gives_both_the_free_one_opens_an_account(sms_inbox: Inbox, lerato: User) -> None:
    post("accounts/", **NEW, email="new@example.org")
    assert "You have one already" in sms_inbox.to(NUMBER)[0].text
    opened = post("accounts/confirm/", email="new@example.org", code=code_in_mail())
    assert (opened.status_code, opened.json()["phone"]) == (201, None)
    assert User.objects.exclude(pk=lerato.pk).get().email == "new@example.org"


def test_a_number_that_has_an_account_opens_none(sms_inbox: Inbox, lerato: User) -> None:
    taken = post("accounts/", **NEW)
    assert (taken.status_code, taken.json()) == (202, {"sent": [{"channel": "sms", "to": NUMBER}]})
    assert "You have one already" in sms_inbox.to(NUMBER)[0].text
    assert refusal(post("accounts/confirm/", phone=NUMBER, code="000000")) == (400, "wrong_code")
    assert list(User.objects.all()) == [lerato]


def test_a_number_that_somebody_took_in_the_meantime_stays_theirs(sms_inbox: Inbox) -> None:
    post("accounts/", **NEW)
    other = UserFactory.create(phone=NUMBER, phone_is_confirmed=True)
    answer = post("accounts/confirm/", phone=NUMBER, code=code_in(sms_inbox))
    assert refusal(answer) == (409, "phone_taken")
    assert list(User.objects.all()) == [other]


def test_codes_are_for_one_number_ten_minutes_and_once(sms_inbox: Inbox) -> None:
    post("accounts/", **NEW)
    code = code_in(sms_inbox)
    post("accounts/", **NEW | {"phone": OTHER})
    foreign = code_in(sms_inbox, OTHER)
    assert code == foreign or refusal(post("accounts/confirm/", phone=NUMBER, code=foreign))[0] == 400
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert refusal(post("accounts/confirm/", phone=NUMBER, code=code)) == (400, "wrong_code")
    assert post("accounts/confirm/", phone=NUMBER, code=code).status_code == 201
    assert refusal(post("accounts/confirm/", phone=NUMBER, code=code)) == (400, "wrong_code")
    assert User.objects.count() == 1


@pytest.mark.parametrize("where", [{}, {"email": "a@example.org", "phone": NUMBER}], ids=["neither", "both"])
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("accounts/confirm/", {"code": "000000"}),
        ("auth/token/", {"password": PASSWORD}),
        ("auth/password/reset/", {}),
        ("auth/password/reset/confirm/", {"code": "000000", "password": NEW_PASSWORD}),
    ],
)
def test_an_address_or_a_number_but_one_of_the_two(
    path: str, words: dict[str, str], where: dict[str, str]
) -> None:
    assert refusal(post(path, **words, **where)) == (400, "one_contact")


# SMS that cannot be sent, and too many of them


def test_a_number_is_sent_five_sms_an_hour(sms_inbox: Inbox, lerato: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _time in range(5):
            clock.shift(timedelta(seconds=61))
            assert post("auth/password/reset/", phone=NUMBER).status_code == 202
        clock.shift(timedelta(seconds=61))
        refused = [
            post("auth/password/reset/", phone="082 123 4567"),
            post("accounts/", **NEW),
            as_person(UserFactory.create()).patch(ME, {"phone": NUMBER}),
        ]
    assert [refusal(answer) for answer in refused] == [(429, "too_many_sms")] * 3
    assert {(answer.json()["detail"], answer["Retry-After"]) for answer in refused} == {
        ("We have sent several messages to this number already. Wait an hour, then try again.", "3600")
    }
    assert len(sms_inbox.messages()) == 5


def test_guesses_are_slowed_down_for_the_number_in_whatever_form(sms_inbox: Inbox) -> None:
    forms = [*LOCAL_FORMS, NUMBER]
    answers = [post("accounts/confirm/", phone=form, code="000000") for form in forms]
    assert [answer.status_code for answer in answers] == [400] * 5 + [429]
    wait = answers[-1]["Retry-After"]
    assert refusal(answers[-1]) == (429, "throttled")
    assert answers[-1].json()["detail"] == (
        f"That was too often in a short time. Try again in {wait} seconds."
    )
    assert refusal(post("accounts/confirm/", phone=OTHER, code="000000")) == (400, "wrong_code")


def test_wrong_passwords_lock_the_number_in_whatever_form(lerato: User) -> None:
    answers = [post("auth/token/", phone=form, password="wrong") for form in LOCAL_FORMS]
    assert [refusal(answer) for answer in answers] == [(401, "wrong_credentials")] * 5
    locked = post("auth/token/", phone=NUMBER, password=PASSWORD)
    assert (refusal(locked), locked["Retry-After"]) == ((429, "locked_out"), "300")
    assert refusal(post("auth/token/", phone=OTHER, password=PASSWORD)) == (401, "wrong_credentials")


def test_without_a_provider_a_number_is_refused_and_with_a_dead_one_put_off(
    sms_inbox: Inbox, settings: LazySettings
) -> None:
    with sms_inbox.refusing():
        assert refusal(post("accounts/", **NEW, email="new@example.org")) == (503, "sms_not_sent")
    settings.TWILIO_AUTH_TOKEN = ""
    assert refusal(post("accounts/", **NEW, email="new@example.org")) == (409, "no_sms")
    assert (mail.outbox, User.objects.count()) == ([], 0)


# A new password


def test_a_code_by_sms_sets_a_new_password_and_ends_the_lock(sms_inbox: Inbox, lerato: User) -> None:
    for _time in range(5):
        post("auth/token/", phone=NUMBER, password="wrong")
    assert post("auth/password/reset/", phone="082 123 4567").status_code == 202
    words = {"phone": "27821234567", "code": code_in(sms_inbox), "password": NEW_PASSWORD}

    assert post("auth/password/reset/confirm/", **words).status_code == 204

    lerato.refresh_from_db()
    assert lerato.check_password(NEW_PASSWORD)
    assert sms_inbox.to(NUMBER)[0].text.startswith("Lokisa: Password Reset. If this was not you")
    assert refusal(post("auth/password/reset/confirm/", **words)) == (400, "wrong_code")
    assert post("auth/token/", phone=NUMBER, password=NEW_PASSWORD).status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"phone_is_confirmed": False}])
def test_only_a_confirmed_number_of_an_active_account_gets_a_code(
    sms_inbox: Inbox, lerato: User, change: dict[str, bool]
) -> None:
    User.objects.update(**change)
    assert post("auth/password/reset/", phone=NUMBER).status_code == 202
    assert "There is none." in sms_inbox.to(NUMBER)[0].text
    assert refusal(post("auth/token/", phone=NUMBER, password=PASSWORD)) == (401, "wrong_credentials")


# Another number


def test_another_number_takes_effect_with_its_code(sms_inbox: Inbox, lerato: User) -> None:
    client = as_person(lerato)
    asked = client.patch(ME, {"phone": "083 111 2222", "full_name": "Lerato M"}).json()
    assert (asked["phone"], asked["phone_to_confirm"], asked["full_name"]) == (NUMBER, OTHER, "Lerato M")
    assert refusal(client.post(CONFIRM_PHONE, {"code": "000000x"})) == (400, "wrong_code")
    lerato.refresh_from_db()
    assert lerato.phone == NUMBER

    done = client.post(CONFIRM_PHONE, {"code": code_in(sms_inbox, OTHER)}).json()

    assert (done["phone"], done["phone_is_confirmed"], done["phone_to_confirm"]) == (OTHER, True, None)
    lerato.refresh_from_db()
    assert (lerato.phone, lerato.phone_is_confirmed) == (OTHER, True)
    assert "Your mobile number was changed" in sms_inbox.to(NUMBER)[0].text


def test_an_sms_about_an_account_is_in_one_language_whatever_the_program_speaks(
    sms_inbox: Inbox, lerato: User
) -> None:
    lerato.language = "zu"
    lerato.save()
    client = as_person(lerato)
    client.patch(ME, {"phone": OTHER}, headers={"accept-language": "af"})
    client.post(CONFIRM_PHONE, {"code": code_in(sms_inbox, OTHER)}, headers={"accept-language": "af"})

    told = sms_inbox.to(NUMBER)[0].text
    assert told.endswith(
        "Inombolo yakho yeselula ishintshiwe. Uma bekungewena, faka iphasiwedi entsha ngokushesha."
    )


def test_the_code_of_a_number_is_for_who_asked_for_it(sms_inbox: Inbox, lerato: User) -> None:
    thandi, pieter = UserFactory.create(), UserFactory.create()
    as_person(thandi).patch(ME, {"phone": OTHER})
    answer = as_person(pieter).post(CONFIRM_PHONE, {"code": code_in(sms_inbox, OTHER)})
    assert refusal(answer) == (400, "wrong_code")
    assert refusal(APIClient().post(CONFIRM_PHONE, {"code": "000000"})) == (401, "not_authenticated")
    pieter.refresh_from_db()
    assert pieter.phone is None


def test_a_taken_number_is_not_revealed_and_not_given(sms_inbox: Inbox, lerato: User) -> None:
    thandi, pieter = UserFactory.create(), UserFactory.create()
    free = as_person(pieter).patch(ME, {"phone": OTHER})
    taken = as_person(thandi).patch(ME, {"phone": NUMBER})
    assert (free.status_code, taken.status_code) == (200, 200)
    assert (free.json()["phone_to_confirm"], taken.json()["phone_to_confirm"]) == (OTHER, NUMBER)

    # Who holds the phone itself may know.
    refused = as_person(thandi).post(CONFIRM_PHONE, {"code": code_in(sms_inbox)})

    assert refusal(refused) == (409, "phone_taken")
    thandi.refresh_from_db()
    lerato.refresh_from_db()
    assert (thandi.phone, lerato.phone) == (None, NUMBER)


def test_a_refused_number_changes_nothing_else(sms_inbox: Inbox, lerato: User) -> None:
    client = as_person(lerato)
    assert refusal(client.patch(ME, {"phone": "12", "full_name": "X Y"})) == (400, "invalid_phone")
    assert refusal(client.patch(ME, {"phone": "", "full_name": "X Y"})) == (409, "last_contact")
    with sms_inbox.refusing():
        assert refusal(client.patch(ME, {"phone": OTHER, "full_name": "X Y"})) == (503, "sms_not_sent")
    before = lerato.full_name
    lerato.refresh_from_db()
    assert (lerato.phone, lerato.full_name) == (NUMBER, before)


def test_a_number_is_removed_where_an_address_is_left(lerato: User) -> None:
    thandi = UserFactory.create(phone=OTHER, phone_is_confirmed=True)
    assert as_person(thandi).patch(ME, {"phone": ""}).json()["phone"] is None
    thandi.refresh_from_db()
    assert (thandi.phone, thandi.phone_is_confirmed) == (None, False)


def test_numbers_are_not_changed_all_day(lerato: User) -> None:
    client = as_person(lerato)
    answers = [client.patch(ME, {"phone": f"083 111 22{n:02}"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert refusal(answers[-1]) == (429, "too_many_attempts")
    assert answers[-1].json()["detail"] == (
        "That was too often in a short time. Wait a few minutes, then try again."
    )
