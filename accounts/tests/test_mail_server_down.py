"""A mail server that does not answer: said in words where mail is waited for, and nothing is half done."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import PASSWORD, OrganisationFactory, UserFactory
from accounts.tests.test_account_pages import SIGN_UP
from accounts.tests.test_phones import said
from tests.inboxes import Inbox

pytestmark = pytest.mark.django_db

SENTENCE = "The e-mail could not be sent just now. Please try again in a few minutes."
ADDRESS = "lerato@example.org"


@pytest.fixture(autouse=True)
def _city() -> None:
    OrganisationFactory.create()


def test_who_cannot_be_sent_a_code_signs_up_a_few_minutes_later(client: Client, mailbox: Inbox) -> None:
    with mailbox.refusing():
        refused = client.post("/accounts/signup/", SIGN_UP)
    assert (refused.status_code, refused["Location"]) == (302, "/accounts/signup/")
    assert said(client, "/accounts/signup/") == [SENTENCE]
    assert (User.objects.exists(), EmailAddress.objects.exists(), mailbox.messages()) == (False, False, [])

    # Letters to one address wait for each other, sent or not.
    with time_machine.travel(timezone.now() + timedelta(minutes=4)):
        sent = client.post("/accounts/signup/", SIGN_UP)
    assert (sent.status_code, sent["Location"]) == (302, "/accounts/confirm-email/")
    assert (User.objects.get().email, len(mailbox.to(ADDRESS))) == (ADDRESS, 1)


@pytest.mark.parametrize(
    ("path", "field"), [("/accounts/password/reset/", "email"), ("/accounts/login/code/", "contact")]
)
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
def test_a_code_that_cannot_be_sent_is_refused_alike_whether_somebody_has_an_account(
    client: Client, mailbox: Inbox, path: str, field: str, is_known: bool
) -> None:
    if is_known:
        UserFactory.create(email=ADDRESS)
    with mailbox.refusing():
        refused = client.post(path, {field: ADDRESS})
    assert (refused.status_code, refused["Location"]) == (302, path)
    assert (said(client, path), mailbox.messages()) == ([SENTENCE], [])


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
def test_programs_are_told_to_come_again(mailbox: Inbox, is_known: bool) -> None:
    if is_known:
        UserFactory.create(email=ADDRESS)
    body = {"email": ADDRESS, "password": PASSWORD, "full_name": "Lerato Mokoena"}
    with mailbox.refusing():
        refused = APIClient().post("/api/v1/accounts/", body)
    assert (refused.status_code, refused.json()["code"]) == (503, "mail_not_sent")
    assert (User.objects.count(), mailbox.messages()) == (int(is_known), [])


def test_a_password_is_changed_though_nobody_can_be_told(client: Client, mailbox: Inbox) -> None:
    person = UserFactory.create(email=ADDRESS, password=PASSWORD)
    client.force_login(person)
    new = "a longer way to the river"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    with mailbox.refusing():
        changed = client.post("/accounts/password/change/", form)
    person.refresh_from_db()
    assert (changed.status_code, person.check_password(new), mailbox.messages()) == (302, True, [])
