"""Whether an address or a number has an account shows neither in the answer nor in the work that it takes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.tests.factories import PASSWORD, OrganisationFactory, UserFactory
from tests.inboxes import Inbox

pytestmark = pytest.mark.django_db
KNOWN_NUMBER = "+27821234567"


class CountingHasher(MD5PasswordHasher):
    """Hashing is what takes the time: in production each costs a tenth of a second."""

    hashed = 0

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        CountingHasher.hashed += 1
        found: str = super().encode(password, salt)
        return found


@pytest.fixture(autouse=True)
def _people(settings: LazySettings, sms_inbox: Inbox) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    OrganisationFactory.create()
    # The backend of tests keeps mails here, and the SMS really go out.
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    UserFactory.create(
        email="thandi@example.org", password=PASSWORD, phone=KNOWN_NUMBER, phone_is_confirmed=True
    )


def work_of(
    sms_inbox: Inbox, where: str, path: str, words: dict[str, str], field: str, *, over_http: bool
) -> Any:
    """What was answered, how often a password was hashed for it, and how many mails and SMS went out."""
    CountingHasher.hashed, mails, texts = 0, len(mail.outbox), len(sms_inbox.messages())
    client: Any = APIClient() if over_http else Client()
    answer = client.post(path, words | {field: where})
    said = answer.content.decode() if over_http else answer.get("Location", "")
    sent = len(mail.outbox) - mails, len(sms_inbox.messages()) - texts
    return answer.status_code, without_names(said, where), CountingHasher.hashed, sent


def without_names(said: str, where: str) -> str:
    """The answer but for what the asker typed and the number of the request."""
    return re.sub(r'"request_id":"\w+"', "", said.replace(where, "WHERE"))


@pytest.mark.parametrize(
    ("path", "words", "field", "over_http"),
    [
        ("/accounts/login/", {"password": "wrong"}, "login", False),
        ("/accounts/login/code/", {}, "contact", False),
        ("/accounts/password/reset/", {}, "email", False),
        ("/accounts/signup/", {"full_name": "Thandi", "password1": PASSWORD}, "contact", False),
        ("/api/v1/auth/token/", {"password": "wrong"}, "email", True),
        ("/api/v1/auth/password/reset/", {}, "email", True),
        ("/api/v1/accounts/", {"full_name": "Thandi", "password": PASSWORD}, "email", True),
    ],
)
@pytest.mark.parametrize(
    ("known", "unknown"), [("thandi@example.org", "nobody@example.org"), (KNOWN_NUMBER, "+27829990000")]
)
def test_what_is_known_and_what_is_not_cost_and_read_the_same(
    sms_inbox: Inbox,
    known: str,
    unknown: str,
    path: str,
    words: dict[str, str],
    field: str,
    over_http: bool,
) -> None:
    if over_http and known == KNOWN_NUMBER:
        field = "phone"
    first = work_of(sms_inbox, known, path, words, field, over_http=over_http)
    second = work_of(sms_inbox, unknown, path, words, field, over_http=over_http)
    assert first == second


def test_a_code_for_nobody_is_refused_as_a_wrong_one_is(sms_inbox: Inbox) -> None:
    words = {"full_name": "Thandi", "password": PASSWORD}
    for phone in (KNOWN_NUMBER, "+27829990000"):
        APIClient().post("/api/v1/accounts/", words | {"phone": phone})
    answers = [
        work_of(sms_inbox, phone, "/api/v1/accounts/confirm/", {"code": "000000"}, "phone", over_http=True)
        for phone in (KNOWN_NUMBER, "+27829990000", "+27831112222")
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 400


def test_sending_a_code_again_costs_the_same(sms_inbox: Inbox) -> None:
    sent = []
    for phone in (KNOWN_NUMBER, "+27829990000"):
        browser = Client()
        words = {"full_name": "Thandi", "contact": phone, "password1": PASSWORD}
        browser.post("/accounts/signup/", words)
        before = len(sms_inbox.messages())
        browser.post("/accounts/phone/verify/", {"action": "resend"})
        sent.append(len(sms_inbox.messages()) - before)
    assert sent == [1, 1]
