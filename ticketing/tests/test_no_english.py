"""Pages and mails in another language have no English left in them, whoever wrote the sentence.

In one language: that the others have the same sentences is held by common/tests/test_translations.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from accounts.models import User
from accounts.tests.factories import UserFactory
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city

pytestmark = pytest.mark.django_db

# Hardly a sentence of English does without these, and isiZulu has none of them.
_ENGLISH = re.compile(
    r"\b(?:the|a|you|your|this|that|it|we|with|and|or|are|is|has|have|for|not|no|to|in|of|please|sign|enter"
    r"|e?-?mail|password|code|key|address)\b",
    re.IGNORECASE,
)
_UNSAID = re.compile(r"<(script|style|noscript)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_SAID_IN_TAGS = re.compile(r'\b(?:aria-label|alt|title|placeholder|data-word-\w+)="([^"]*)"')
_FOR_VISITORS = (
    *("/", "/near-by/", "/help/", "/how-we-are-doing/", "/report/", "/report/offline/", "/nothing-here/"),
    *("/accounts/login/", "/accounts/signup/", "/accounts/login/code/", "/accounts/password/reset/"),
)
_FOR_PEOPLE = (
    *("/my-tickets/", "/my-tickets/?tab=areas", "/news/", "/account/", "/account/messages/"),
    *("/account/delete/", "/accounts/email/", "/accounts/phone/change/", "/accounts/password/change/"),
    *("/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/accounts/logout/"),
)


def english_in(page: str) -> list[str]:
    """What people see or hear of a page and understand only in English."""
    said = _UNSAID.sub(" ", page)
    pieces = [*re.sub(r"<[^>]*>", "\n", said).splitlines(), *_SAID_IN_TAGS.findall(said)]
    return sorted({piece.strip() for piece in pieces if _ENGLISH.search(unescape(piece))})


def english_on(answers: Mapping[str, Any]) -> dict[str, list[str]]:
    pages = {path: answer.content.decode() for path, answer in answers.items()}
    assert [path for path, page in pages.items() if '<html lang="zu"' not in page] == []
    return {path: left for path, page in pages.items() if (left := english_in(page))}


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def zulu(city: City) -> User:
    person: User = UserFactory.create(language="zu", full_name="Thandi", email="thandi@example.org")
    return person


def test_a_page_in_english_is_full_of_it(city: City) -> None:
    assert len(english_in(city.client().get("/").content.decode())) > 10


def test_a_visitor_finds_none(city: City) -> None:
    ticket = report_ticket(city.category, title="Ipayipi")
    client = city.client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zu"

    pages = {path: client.get(path) for path in [*_FOR_VISITORS, f"/t/{ticket.reference}/"]}

    assert english_on(pages) == {}


def test_who_has_an_account_finds_none(city: City, zulu: User) -> None:
    client = city.client(zulu)

    pages = {path: client.get(path, follow=True) for path in _FOR_PEOPLE}

    assert english_on(pages) == {}


def test_what_is_refused_is_refused_in_the_language_of_the_page(city: City, zulu: User) -> None:
    client = city.client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zu"
    wrong = {
        "/accounts/login/": {"login": zulu.email, "password": "akuyona"},
        "/accounts/signup/": {"full_name": "T", "contact": "thandi", "password1": "1234"},
        "/accounts/login/code/": {"contact": "thandi"},
        "/report/": {"text": "", "category": "12"},
    }

    pages = {path: client.post(path, typed) for path, typed in wrong.items()}

    assert english_on(pages) == {}


def test_a_mail_with_a_code_has_none(city: City, zulu: User) -> None:
    city.client().post("/accounts/login/code/", {"contact": zulu.email})

    letter = mail.outbox[-1]
    assert letter.to == [zulu.email]
    assert english_in(f"{letter.subject}\n{letter.body}") == []


@pytest.mark.parametrize("path", ["/api/tickets/TSH-222-222/", "/api/tickets/?ward=x&colour=red", "/api/me/"])
def test_what_the_api_refuses_is_refused_in_the_language_that_is_asked_for(city: City, path: str) -> None:
    refused = city.client().get(path, headers={"accept-language": "zu"}).json()

    said = [
        refused["title"],
        refused["detail"],
        *(words for told in refused["errors"].values() for words in told),
    ]
    assert refused["status"] >= 400
    assert english_in("\n".join(said)) == []
