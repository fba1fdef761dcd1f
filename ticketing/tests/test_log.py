"""No secret reaches a log line, in neither format, wherever in the record it stands."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import LazySettings, settings
from django.utils.module_loading import import_string

from accounts.key_secrets import make_secret
from ticketing.log import JsonFormatter

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoiMDE5YSIsInJvdW5kIjowfQ.fjG1Wq1M0o8x_kqLQ3xQdDgO2b0"
# Looks as `make_secret` makes them; a new one each time would give the tests other names in each process.
PREFIX, SECRET = "k7q2m9x4tb", "Vn3cXHPU4crrO6Cs5Adhu-8qg1n6Gn2jEeAZQE3cNX5"
KEY = f"{PREFIX}.{SECRET}"
SID = "AC" + "0123456789abcdef" * 2


@contextmanager
def log_of(*, as_json: bool) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger that writes as the installation does: its handler's filters, and each formatter in turn."""
    written = io.StringIO()
    console, formats = settings.LOGGING["handlers"]["console"], settings.LOGGING["formatters"]
    handler = logging.StreamHandler(written)
    for name in console["filters"]:
        handler.addFilter(import_string(settings.LOGGING["filters"][name]["()"])())
    handler.setFormatter(JsonFormatter() if as_json else logging.Formatter(formats["plain"]["format"]))
    logger = logging.Logger("lokisa.test")  # noqa: LOG001, it must not outlive the test
    logger.addHandler(handler)
    yield logger, written


def message_of(written: str, *, as_json: bool) -> str:
    return (
        str(json.loads(written)["message"]) if as_json else written.split(": ", 1)[1].removesuffix(" [-]\n")
    )


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    ("said", "logged"),
    [
        (f"Key {KEY} refused", f"Key {PREFIX}.*** refused"),
        (f"Token was {JWT}.", "Token was ***."),
        (f"Authorization: Bearer {JWT}", "Authorization: ***"),
        (f"Authorization: Api-Key {KEY}, next", "Authorization: ***, next"),
        ("{'HTTP_AUTHORIZATION': 'Basic dGhhbmRpOmphY2FyYW5kYQ=='}", "{'HTTP_AUTHORIZATION': ***}"),
        ("sent Bearer 0123456789abcdef0123", "sent Bearer ***"),
        ("Cookie: sessionid=abcdef123456; csrftoken=xyz", "Cookie: ***; csrftoken=***"),
        ("password=purple-rain&email=a@example.org", "password=***&email=a@example.org"),
        ("password1: purple, full_name: Thandi", "password1: ***, full_name: Thandi"),
        ('{"password": "purple \\"rain\\" now", "email": "a@b"}', '{"password": ***, "email": "a@b"}'),
        ("{'oldpassword': 'purple rain', 'secret': 'x.y'}", "{'oldpassword': ***, 'secret': ***}"),
        ("EMAIL_HOST_PASSWORD=hunter2hunter2", "EMAIL_HOST_PASSWORD=***"),
        ("TWILIO_AUTH_TOKEN: 'abc'", "TWILIO_AUTH_TOKEN: ***"),
        (f"POST /Accounts/{SID}/Messages.json", "POST /Accounts/***/Messages.json"),
        ("send: 'AUTH PLAIN AHVzZXIAcGFzcw=='", "send: 'AUTH PLAIN ***"),
        ("postgresql://lokisa:s3cr3t@db.example.org/lokisa", "postgresql://lokisa:***@db.example.org/lokisa"),
        ('{"code": "482915", "phone": "+27821234567"}', '{"code": "***", "phone": "+27821234567"}'),
        ("code=482-915", "code=***"),
        ("otp: BCDF-GHJK", "otp: ***"),
        ("'code': 'BCDFGHJK'", "'code': '***'"),
        ("Your Lokisa code is 482915.", "Your Lokisa code is ***."),
    ],
)
def test_each_kind_of_secret_is_masked(said: str, logged: str, *, as_json: bool) -> None:
    with log_of(as_json=as_json) as (logger, written):
        logger.warning(said)
    assert message_of(written.getvalue(), as_json=as_json) == logged


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    "innocent",
    [
        '{"code": "throttled", "status": 429}',
        "The provider answered with code 21211 for +27821234567.",
        "Key k3jd82hf0a issued by 0199a2c4-11aa-7bbb-8ccc-121212121212",
        "Basic authentication is not offered at http://localhost:8000/docs",
        "Forgotten your password? Ticket TSH-4K7-M2X, 100% done",
    ],
)
def test_what_is_no_secret_stays_readable(innocent: str, *, as_json: bool) -> None:
    with log_of(as_json=as_json) as (logger, written):
        logger.warning(innocent)
    assert message_of(written.getvalue(), as_json=as_json) == innocent


@pytest.mark.parametrize("as_json", [False, True])
def test_secrets_in_arguments_are_masked(*, as_json: bool) -> None:
    with log_of(as_json=as_json) as (logger, written):
        logger.warning("Refused %s with %r", KEY, {"password": "purple rain", "code": "482915"})
    assert message_of(written.getvalue(), as_json=as_json) == (
        f"Refused {PREFIX}.*** with {{'password': ***, 'code': '***'}}"
    )


@pytest.mark.parametrize("as_json", [False, True])
def test_secrets_in_an_exception_and_its_causes_are_masked(*, as_json: bool) -> None:
    with log_of(as_json=as_json) as (logger, written):
        try:
            try:
                raise ValueError(f"sent {KEY}")
            except ValueError as error:
                raise RuntimeError(f"password='purple-rain' and Authorization: Bearer {JWT}") from error
        except RuntimeError:
            logger.exception("It failed", stack_info=True)
    line = written.getvalue()
    shown = json.loads(line)["exception"] if as_json else line
    assert f"ValueError: sent {PREFIX}.***" in shown
    assert "RuntimeError: password=*** and Authorization: ***" in shown
    assert [word for word in (SECRET, "purple-rain", JWT) if word in line] == []


@pytest.mark.parametrize("as_json", [False, True])
def test_an_exception_that_another_handler_wrote_out_already_is_masked_too(*, as_json: bool) -> None:
    with log_of(as_json=as_json) as (logger, written):
        try:
            raise ValueError("token=abcdef")
        except ValueError:
            record = logger.makeRecord("lokisa", logging.ERROR, __file__, 1, "Failed", (), sys.exc_info())
            record.exc_text = logging.Formatter().formatException(sys.exc_info())
            logger.handle(record)
    assert ("token=***" in written.getvalue(), "abcdef" in written.getvalue()) == (True, False)


@pytest.mark.parametrize("as_json", [False, True])
def test_what_the_installation_itself_signs_in_with_is_masked_wherever_it_stands(
    settings: LazySettings, *, as_json: bool
) -> None:
    settings.EMAIL_HOST_PASSWORD, settings.TWILIO_AUTH_TOKEN = "correct horse", "0a1b2c3d4e5f"
    with log_of(as_json=as_json) as (logger, written):
        logger.warning("535 correct horse is wrong; 20003 0a1b2c3d4e5f as well; %s", settings.SECRET_KEY)
    assert message_of(written.getvalue(), as_json=as_json) == "535 *** is wrong; 20003 *** as well; ***"


def test_arguments_that_do_not_fit_are_not_shown() -> None:
    with log_of(as_json=False) as (logger, written):
        logger.warning("Two %s %s", KEY)  # noqa: PLE1206
    assert message_of(written.getvalue(), as_json=False) == "Two %s %s (its arguments do not fit)"


def test_a_key_as_it_is_made_today_is_masked() -> None:
    key = make_secret()
    with log_of(as_json=False) as (logger, written):
        logger.warning("Key %s refused", key.whole)
    assert message_of(written.getvalue(), as_json=False) == f"Key {key.prefix}.*** refused"
