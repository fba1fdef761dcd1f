"""Whether an address has an account shows neither in the answer nor in the work that it takes."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.tests.factories import PASSWORD, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


class CountingHasher(MD5PasswordHasher):
    """Hashing is what takes the time: in production each costs a tenth of a second."""

    hashed = 0

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        CountingHasher.hashed += 1
        found: str = super().encode(password, salt)
        return found


@pytest.fixture(autouse=True)
def _people(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    OrganisationFactory.create()
    UserFactory.create(email="thandi@example.org", password=PASSWORD)


def work_of(address: str, path: str, words: dict[str, str], field: str, *, over_http: bool) -> Any:
    """The answer, how often a password was hashed for it, and how many mails went out."""
    CountingHasher.hashed, before = 0, len(mail.outbox)
    client: Any = APIClient() if over_http else Client()
    answer = client.post(path, words | {field: address})
    return answer.status_code, CountingHasher.hashed, len(mail.outbox) - before


@pytest.mark.parametrize(
    ("path", "words", "field", "over_http"),
    [
        ("/accounts/login/", {"password": "wrong"}, "login", False),
        ("/accounts/login/code/", {}, "email", False),
        ("/accounts/password/reset/", {}, "email", False),
        ("/accounts/signup/", {"full_name": "Thandi", "phone": "", "password1": PASSWORD}, "email", False),
        ("/api/v1/auth/token/", {"password": "wrong"}, "email", True),
        ("/api/v1/auth/password/reset/", {}, "email", True),
    ],
)
def test_a_known_and_an_unknown_address_cost_the_same(
    path: str, words: dict[str, str], field: str, over_http: bool
) -> None:
    known = work_of("Thandi@example.org", path, words, field, over_http=over_http)
    unknown = work_of("nobody@example.org", path, words, field, over_http=over_http)
    assert known == unknown
