"""Weak passwords, and those known from thefts, asked of a stand-in that speaks the range protocol."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import PASSWORD, OrganisationFactory, UserFactory

STOLEN = "correct-horse-battery-staple"
VALIDATOR = {"NAME": "accounts.passwords.BreachedPasswordValidator"}


def hash_of(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@dataclass
class Service:
    """What it was asked, and how it answers."""

    status: int = 200
    asked: list[str] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)


@pytest.fixture
def service(settings: LazySettings) -> Iterator[Service]:
    """Knows one stolen password. The padding has counts of nought, as the real one's."""
    service = Service()

    class Desk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.asked.append(self.path)
            service.headers.append(dict(self.headers))
            stolen = hash_of(STOLEN)
            lines = [f"{hash_of(PASSWORD)[5:]}:0", "0" * 35 + ":17"]
            if self.path == f"/range/{stolen[:5]}":
                lines.append(f"{stolen[5:]}:1,234")
            self.send_response(service.status)
            self.end_headers()
            self.wfile.write("\r\n".join(lines).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.BREACHED_PASSWORDS_URL = f"http://127.0.0.1:{server.server_address[1]}/range/"
    settings.AUTH_PASSWORD_VALIDATORS = [*settings.AUTH_PASSWORD_VALIDATORS, VALIDATOR]
    yield service
    server.shutdown()
    server.server_close()


def refusals(password: str) -> list[str]:
    try:
        validate_password(password)
    except ValidationError as refusal:
        return [str(error.code) for error in refusal.error_list]
    return []


def test_a_stolen_password_is_refused_and_the_service_hears_five_digits(service: Service) -> None:
    assert refusals(STOLEN) == ["password_compromised"]
    assert service.asked == [f"/range/{hash_of(STOLEN)[:5]}"]
    # Padded, so that the length of the answer tells nothing either.
    assert service.headers[0]["Add-Padding"] == "true"


def test_a_password_that_nobody_stole_is_accepted(service: Service) -> None:
    assert refusals(PASSWORD) == []
    assert service.asked == [f"/range/{hash_of(PASSWORD)[:5]}"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_with_the_service_out_of_order_the_common_ones_are_still_refused(
    service: Service, status: int
) -> None:
    service.status = status
    assert refusals(STOLEN) == []
    assert refusals("qwertyuiop") == ["password_too_common"] * 2


def test_with_the_service_gone_the_common_ones_are_still_refused(
    service: Service, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BREACHED_PASSWORDS_URL = "http://127.0.0.1:1/range/"
    # Validators are made once for a list of settings.
    settings.AUTH_PASSWORD_VALIDATORS = list(settings.AUTH_PASSWORD_VALIDATORS)
    with caplog.at_level(logging.DEBUG, logger="pwned_passwords_django"):
        assert refusals(STOLEN) == []
        assert refusals("qwertyuiop") == ["password_too_common"] * 2
    assert "Falling back to Django CommonPasswordValidator" in caplog.text
    assert [line for line in (STOLEN, hash_of(STOLEN)[:5]) if line in caplog.text] == []


@pytest.mark.django_db
def test_pages_and_api_take_the_sentence_as_it_is(service: Service, client: Client) -> None:
    OrganisationFactory.create()
    sentence = "This password is known to thieves: it was stolen elsewhere. Choose another one."
    person = UserFactory.create(password=PASSWORD)
    client.force_login(person)

    words = {"oldpassword": PASSWORD, "password1": STOLEN, "password2": STOLEN}
    page = client.post("/accounts/password/change/", words)
    words = {"email": "new@example.org", "password": STOLEN, "full_name": "New"}
    over_http = APIClient().post("/api/v1/accounts/", words)

    assert page.context["form"].errors["password1"] == [sentence]
    assert (over_http.status_code, over_http.json()["errors"]) == (400, {"password": [sentence]})
    person.refresh_from_db()
    assert (person.check_password(PASSWORD), User.objects.count()) == (True, 1)


def test_nobody_is_asked_until_a_service_is_named(settings: LazySettings) -> None:
    assert settings.BREACHED_PASSWORDS_URL == ""
    assert VALIDATOR not in settings.AUTH_PASSWORD_VALIDATORS


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("short", ["password_too_short"]),
        ("1234567890123", ["password_too_common", "password_entirely_numeric"]),
        ("qwertyuiop", ["password_too_common"]),
        ("8261947350284", ["password_entirely_numeric"]),
        ("purple-rain-in-october", []),
    ],
)
def test_weak_passwords_are_refused_without_asking_anybody(password: str, codes: list[str]) -> None:
    assert refusals(password) == codes
