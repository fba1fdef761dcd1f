"""Signing up, signing in and getting back in with a mobile number, on the pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.contrib.messages import get_messages
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import PASSWORD, OrganisationFactory, UserFactory
from tests.inboxes import Inbox

pytestmark = pytest.mark.django_db
NUMBER = "+27821234567"
NEW_PASSWORD = "a-hornbill-on-the-fence"
SIGN_UP = {"full_name": "Lerato Mokoena", "contact": "082 123 4567", "password1": PASSWORD}
VERIFY = "/accounts/phone/verify/"
CHANGE = "/accounts/phone/change/"
LOCAL_FORMS = [
    "082 123 4567",
    "0821234567",
    "082-123-4567",
    "(082) 123 4567",
    "27821234567",
    "+27821234567",
    "+27 82 123 4567",
    "+27 (0)82 123 4567",
    "0027 82 123 4567",
]


@pytest.fixture(autouse=True)
def _city(sms_inbox: Inbox) -> None:
    OrganisationFactory.create()


@pytest.fixture
def lerato() -> User:
    """Somebody with a number alone."""
    return UserFactory.create(email=None, phone=NUMBER, phone_is_confirmed=True, password=PASSWORD)


def code_in(sms_inbox: Inbox, to: str = NUMBER) -> str:
    found = re.search(r"\b(\d{6})\b", sms_inbox.to(to)[0].text)
    assert found is not None, sms_inbox.to(to)[0].text
    return found[1]


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def said(client: Client, path: str) -> list[str]:
    return [str(message) for message in get_messages(client.get(path).wsgi_request)]


# Signing up


@pytest.mark.parametrize("typed", LOCAL_FORMS)
def test_somebody_signs_up_with_a_number_in_any_local_form(
    client: Client, sms_inbox: Inbox, typed: str
) -> None:
    asked = client.post("/accounts/signup/", SIGN_UP | {"contact": typed})
    assert (asked.status_code, asked["Location"]) == (302, VERIFY)
    assert client.get(VERIFY).status_code == 200
    assert not is_signed_in(client)

    done = client.post(VERIFY, {"code": code_in(sms_inbox)})

    assert (done.status_code, done["Location"]) == (302, "/")
    assert is_signed_in(client)
    person = User.objects.get()
    assert (person.full_name, person.email, person.phone, person.phone_is_confirmed) == (
        "Lerato Mokoena",
        None,
        NUMBER,
        True,
    )
    assert (EmailAddress.objects.count(), mail.outbox) == (0, [])


def test_the_sms_names_the_code_and_the_site_so_that_phones_fill_it_in(
    client: Client, sms_inbox: Inbox
) -> None:
    client.post("/accounts/signup/", SIGN_UP)
    code = code_in(sms_inbox)
    (sms,) = sms_inbox.messages()
    assert sms.text == f"{code} is your Lokisa code. Give it to nobody.\n\n@testserver #{code}"


def test_the_demos_mailbox_shows_the_code(client: Client, sms_inbox: Inbox) -> None:
    client.post("/accounts/signup/", SIGN_UP)
    page = client.get("/demo/messages/", {"to": NUMBER}).content.decode()
    assert f"{code_in(sms_inbox)} is your Lokisa code." in page


def test_a_wrong_code_opens_nothing_and_three_end_it(client: Client, sms_inbox: Inbox) -> None:
    client.post("/accounts/signup/", SIGN_UP)
    wrong = client.post(VERIFY, {"code": "000000x"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (200, ["code"])
    client.post(VERIFY, {"code": "000000x"})
    last = client.post(VERIFY, {"code": "000000x"})
    assert (last.status_code, last["Location"]) == (302, "/accounts/login/")
    late = client.post(VERIFY, {"code": code_in(sms_inbox)})
    assert (late.status_code, late["Location"]) == (302, "/accounts/login/")
    assert not is_signed_in(client)
    assert User.objects.get().phone_is_confirmed is False


def test_a_code_that_is_too_old_opens_nothing(client: Client, sms_inbox: Inbox) -> None:
    client.post("/accounts/signup/", SIGN_UP)
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        late = client.post(VERIFY, {"code": code_in(sms_inbox)})
    assert (late.status_code, late["Location"]) == (302, "/accounts/login/")
    assert not is_signed_in(client)


def test_a_code_works_only_in_the_browser_that_asked_for_it(client: Client, sms_inbox: Inbox) -> None:
    client.post("/accounts/signup/", SIGN_UP)
    elsewhere = Client().post(VERIFY, {"code": code_in(sms_inbox)})
    assert (elsewhere.status_code, elsewhere["Location"]) == (302, "/accounts/login/")


def test_a_new_code_ends_the_one_before(client: Client, sms_inbox: Inbox) -> None:
    client.post("/accounts/signup/", SIGN_UP)
    first = code_in(sms_inbox)
    again = client.post(VERIFY, {"action": "resend"})
    assert (again.status_code, again["Location"]) == (302, VERIFY)
    assert "We have sent another code. The one before does not work any more." in said(client, VERIFY)
    second = code_in(sms_inbox)

    assert first == second or client.post(VERIFY, {"code": first}).status_code == 200
    assert client.post(VERIFY, {"code": second}).status_code == 302
    assert is_signed_in(client)


def test_a_number_that_has_an_account_is_told_so_and_nobody_else_is(
    client: Client, sms_inbox: Inbox, lerato: User
) -> None:
    asked = client.post("/accounts/signup/", SIGN_UP)
    assert (asked.status_code, asked["Location"]) == (302, VERIFY)
    page = client.get(VERIFY)
    assert (page.status_code, NUMBER in page.content.decode()) == (200, True)
    assert client.post(VERIFY, {"action": "resend"}).status_code == 302

    assert ["You have one already" in sms.text for sms in sms_inbox.to(NUMBER)] == [True, True]
    assert list(User.objects.all()) == [lerato]


def test_an_account_that_nobody_confirmed_keeps_nobody_from_the_number(
    client: Client, sms_inbox: Inbox
) -> None:
    stranger = Client()
    stranger.post("/accounts/signup/", SIGN_UP | {"full_name": "Somebody Else"})
    foreign = code_in(sms_inbox)
    client.post("/accounts/signup/", SIGN_UP)
    client.post(VERIFY, {"code": code_in(sms_inbox)})
    assert is_signed_in(client)

    late = stranger.post(VERIFY, {"code": foreign})

    assert list(late.context["form"].errors) == ["code"]
    assert not is_signed_in(stranger)
    assert User.objects.get(phone_is_confirmed=True).full_name == "Lerato Mokoena"


def test_without_a_provider_a_number_is_refused_with_the_reason(
    client: Client, settings: LazySettings
) -> None:
    settings.TWILIO_ACCOUNT_SID = ""
    page = client.get("/accounts/signup/")
    assert page.context["form"].fields["contact"].label == "E-mail address"
    answer = client.post("/accounts/signup/", SIGN_UP)
    assert answer.context["form"].errors["contact"] == [
        "No SMS can be sent here. Please use an e-mail address."
    ]
    assert User.objects.count() == 0


def test_a_provider_that_does_not_answer_is_said_on_the_page(client: Client, sms_inbox: Inbox) -> None:
    with sms_inbox.refusing():
        answer = client.post("/accounts/signup/", SIGN_UP)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/signup/")
    assert said(client, "/accounts/signup/") == [
        "The SMS could not be sent just now. Please try again in a few minutes."
    ]
    assert client.post("/accounts/signup/", SIGN_UP)["Location"] == VERIFY


def test_a_number_is_sent_five_sms_an_hour_whoever_asks_and_for_whatever(
    client: Client, sms_inbox: Inbox, lerato: User
) -> None:
    sentence = "We have sent several messages to this number already. Wait an hour, then try again."
    for _time in range(2):
        Client().post("/accounts/signup/", SIGN_UP)
        Client().post("/accounts/password/reset/", {"email": NUMBER})
    Client().post("/accounts/login/code/", {"contact": NUMBER})

    by_sign_up = client.post("/accounts/signup/", SIGN_UP)
    by_recovery = client.post("/accounts/password/reset/", {"email": NUMBER})
    by_code = client.post("/accounts/login/code/", {"contact": NUMBER})

    assert len(sms_inbox.to(NUMBER)) == 5
    assert by_sign_up.context["form"].errors["contact"] == [sentence]
    assert by_recovery.context["form"].errors["email"] == [sentence]
    assert by_code.context["form"].errors["contact"] == [sentence]
    assert client.post("/accounts/signup/", SIGN_UP | {"contact": "083 111 2222"}).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert client.post("/accounts/password/reset/", {"email": NUMBER}).status_code == 302
    assert len(sms_inbox.to(NUMBER)) == 6


# Signing in


@pytest.mark.parametrize("typed", LOCAL_FORMS)
def test_somebody_signs_in_with_their_number_in_any_local_form(
    client: Client, lerato: User, typed: str
) -> None:
    client.post("/accounts/login/", {"login": typed, "password": PASSWORD})
    assert is_signed_in(client)


def test_an_address_and_a_number_open_the_same_account(client: Client, lerato: User) -> None:
    User.objects.update(email="lerato@example.org")
    EmailAddress.objects.create(user=lerato, email="lerato@example.org", verified=True, primary=True)
    for typed in ("Lerato@Example.org", "082 123 4567"):
        browser = Client()
        browser.post("/accounts/login/", {"login": typed, "password": PASSWORD})
        assert browser.session["_auth_user_id"] == str(lerato.pk)


@pytest.mark.parametrize(
    ("login", "password"),
    [(NUMBER, "wrong"), ("083 111 2222", PASSWORD), ("12", PASSWORD), ("nobody", PASSWORD), ("", PASSWORD)],
)
def test_a_wrong_number_or_password_signs_nobody_in(
    client: Client, lerato: User, login: str, password: str
) -> None:
    answer = client.post("/accounts/login/", {"login": login, "password": password})
    assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True)
    assert not is_signed_in(client)


def test_nobody_signs_in_with_a_number_that_is_not_confirmed(client: Client, lerato: User) -> None:
    User.objects.update(phone_is_confirmed=False)
    client.post("/accounts/login/", {"login": NUMBER, "password": PASSWORD})
    assert not is_signed_in(client)


def test_wrong_passwords_lock_one_number_and_no_other(client: Client, lerato: User) -> None:
    other = UserFactory.create(email=None, phone="+27831112222", phone_is_confirmed=True, password=PASSWORD)
    for _time in range(5):
        client.post("/accounts/login/", {"login": "082 123 4567", "password": "wrong"})
    locked = client.post("/accounts/login/", {"login": NUMBER, "password": PASSWORD})
    assert "Too many failed login attempts" in locked.content.decode()
    assert not is_signed_in(client)

    client.post("/accounts/login/", {"login": other.phone, "password": PASSWORD})
    assert is_signed_in(client)


def test_somebody_signs_in_with_a_code_by_sms(client: Client, sms_inbox: Inbox, lerato: User) -> None:
    asked = client.post("/accounts/login/code/", {"contact": "082 123 4567"})
    assert (asked.status_code, asked["Location"]) == (302, "/accounts/login/code/confirm/")
    assert client.get(asked["Location"]).status_code == 200
    client.post(asked["Location"], {"code": code_in(sms_inbox)})
    assert is_signed_in(client)


def test_a_strangers_number_gets_no_code_to_sign_in(client: Client, sms_inbox: Inbox) -> None:
    asked = client.post("/accounts/login/code/", {"contact": NUMBER})
    assert (asked.status_code, asked["Location"]) == (302, "/accounts/login/code/confirm/")
    (sms,) = sms_inbox.to(NUMBER)
    assert "There is none. You can make one: http://testserver/accounts/signup/" in sms.text


# Getting back in


def test_a_new_password_is_set_with_the_code_from_the_sms(
    client: Client, sms_inbox: Inbox, lerato: User
) -> None:
    for _time in range(5):
        client.post("/accounts/login/", {"login": NUMBER, "password": "wrong"})
    asked = client.post("/accounts/password/reset/", {"email": "082 123 4567"})
    assert (asked.status_code, asked["Location"]) == (302, "/accounts/password/reset/confirm/")
    typed = client.post(asked["Location"], {"code": code_in(sms_inbox)})
    done = client.post(typed["Location"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert (done.status_code, done["Location"]) == (302, "/accounts/password/reset/done/")
    lerato.refresh_from_db()
    assert lerato.check_password(NEW_PASSWORD)
    # Who has no address is told by SMS, and the lock is off.
    assert sms_inbox.to(NUMBER)[0].text.startswith("Lokisa: Password Reset. If this was not you")
    client.post("/accounts/login/", {"login": NUMBER, "password": NEW_PASSWORD})
    assert is_signed_in(client)


def test_the_page_says_the_same_to_a_strangers_number(client: Client, sms_inbox: Inbox) -> None:
    asked = client.post("/accounts/password/reset/", {"email": NUMBER})
    assert (asked.status_code, asked["Location"]) == (302, "/accounts/password/reset/confirm/")
    assert client.get(asked["Location"]).status_code == 200
    wrong = client.post(asked["Location"], {"code": "000000"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (200, ["code"])
    assert "There is none." in sms_inbox.to(NUMBER)[0].text


@pytest.mark.parametrize("change", [{"is_active": False}, {"phone_is_confirmed": False}])
def test_a_number_that_is_not_somebodys_for_certain_opens_nothing(
    client: Client, sms_inbox: Inbox, lerato: User, change: dict[str, bool]
) -> None:
    User.objects.update(**change)
    client.post("/accounts/password/reset/", {"email": NUMBER})
    assert "There is none." in sms_inbox.to(NUMBER)[0].text


# Another number


def test_another_number_counts_once_it_is_confirmed(client: Client, sms_inbox: Inbox, lerato: User) -> None:
    client.force_login(lerato)
    asked = client.post(CHANGE, {"phone": "083 111 2222"})
    assert (asked.status_code, asked["Location"]) == (302, VERIFY)
    lerato.refresh_from_db()
    assert (lerato.phone, lerato.phone_is_confirmed) == (NUMBER, True)

    done = client.post(VERIFY, {"code": code_in(sms_inbox, "+27831112222")})

    assert (done.status_code, done["Location"]) == (302, "/account/")
    lerato.refresh_from_db()
    assert (lerato.phone, lerato.phone_is_confirmed) == ("+27831112222", True)
    # Whoever is robbed of a number hears of it there.
    assert "Your mobile number was changed" in sms_inbox.to(NUMBER)[0].text


def test_a_taken_number_is_not_revealed_and_not_given(client: Client, sms_inbox: Inbox, lerato: User) -> None:
    thandi = UserFactory.create(email="thandi@example.org")
    client.force_login(thandi)
    free, taken = (client.post(CHANGE, {"phone": phone}) for phone in ("083 111 2222", NUMBER))
    assert (free.status_code, free["Location"]) == (taken.status_code, taken["Location"])

    # Who holds the phone itself may know.
    refused = client.post(VERIFY, {"code": code_in(sms_inbox)})

    assert list(refused.context["form"].errors) == ["code"]
    thandi.refresh_from_db()
    lerato.refresh_from_db()
    assert (thandi.phone, lerato.phone) == (None, NUMBER)


@pytest.mark.parametrize("typed", ["", "12", "082 123 456", "hello", NUMBER])
def test_the_page_of_the_number_refuses_nonsense_and_the_present_one(
    client: Client, sms_inbox: Inbox, lerato: User, typed: str
) -> None:
    client.force_login(lerato)
    answer = client.post(CHANGE, {"phone": typed})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["phone"])
    assert sms_inbox.messages() == []


def test_numbers_are_not_changed_all_day(client: Client, lerato: User) -> None:
    client.force_login(lerato)
    answers = [client.post(CHANGE, {"phone": f"083 111 22{n:02}"}).status_code for n in range(11)]
    assert answers == [302] * 10 + [429]


def test_a_number_is_removed_only_where_an_address_is_left(client: Client, lerato: User) -> None:
    client.force_login(lerato)
    client.post("/account/phone/remove/")
    assert said(client, "/account/") == ["You sign in with this. Confirm another address or number first."]
    lerato.refresh_from_db()
    assert lerato.phone == NUMBER

    User.objects.update(email="lerato@example.org")
    client.post("/account/phone/remove/")
    assert User.objects.filter(pk=lerato.pk, phone=None, phone_is_confirmed=False).exists()


def test_the_last_address_is_removed_only_where_a_confirmed_number_is_left(
    client: Client, lerato: User
) -> None:
    other = UserFactory.create(email="other@example.org")
    for person in (lerato, other):
        User.objects.filter(pk=person.pk).update(email=f"{person.pk}@example.org")
        EmailAddress.objects.create(
            user=person, email=f"{person.pk}@example.org", verified=True, primary=True
        )
        client.force_login(person)
        client.post("/accounts/email/", {"email": f"{person.pk}@example.org", "action_remove": ""})
    lerato.refresh_from_db()
    other.refresh_from_db()
    assert (lerato.email, other.email) == (None, f"{other.pk}@example.org")


def test_the_database_knows_one_owner_of_a_confirmed_number(lerato: User) -> None:
    other = UserFactory.create(phone=NUMBER)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=other.pk).update(phone_is_confirmed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=other.pk).update(phone=None, phone_is_confirmed=True)
