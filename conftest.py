"""What every test may ask for: real mail and SMS, a real worker, a real browser."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connections
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer
from redis import Redis

from common.throttling import Limit
from demo.outbox import Outbox
from demo.postoffice import PostOffice
from tests.emptying import empty_after_test
from tests.inboxes import Inbox
from ticketing.celery import QUEUES
from ticketing.celery import app as celery_app
from ticketing.runtime.chromium import LAUNCH_ARGUMENTS, find_chromium

# No test depends on a time, and a shared machine is slow at times.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")

# The words of the features; pytest-bdd finds steps only in plugins and conftests.
pytest_plugins = [
    "tests.features.steps.accounts",
    "tests.features.steps.areas",
    "tests.features.steps.asking",
    "tests.features.steps.following",
    "tests.features.steps.importing",
    "tests.features.steps.integrating",
    "tests.features.steps.messages",
    "tests.features.steps.people",
    "tests.features.steps.replying",
    "tests.features.steps.reporting",
    "tests.features.steps.supporting",
    "tests.features.steps.verifying",
    # Last, because they use words of the others.
    "tests.features.steps.accounting",
    "tests.features.steps.console",
    "tests.features.steps.calling",
    "tests.features.steps.timing",
    "tests.features.steps.watching",
    "tests.features.steps.assigning",
]


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_after_test)
        yield


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """No test sees what another one cached."""
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _language_of_the_site() -> Iterator[None]:
    """A request leaves its language to the thread; the next test begins in English."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _windows_begin_with_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are counted in windows of the clock; no test depends on where in one it happens to begin."""
    begun, full_hour = time.time(), 1_700_000_000 // 3600 * 3600
    monkeypatch.setattr(Limit, "timer", staticmethod(lambda: full_hour + time.time() - begun))


@pytest.fixture(scope="session")
def _post_office_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostOffice]:
    office = PostOffice(
        Outbox(tmp_path_factory.mktemp("outbox")), account_sid="AC" + "0" * 32, auth_token="test"
    )
    office.start()
    yield office
    office.stop()


@pytest.fixture
def post_office(_post_office_of_this_run: PostOffice, settings: LazySettings) -> PostOffice:
    """Mail and SMS go by real SMTP and HTTP to this one, which starts empty."""
    office = _post_office_of_this_run
    office.outbox.clear()
    office.faults.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = office.smtp_port
    settings.TWILIO_BASE_URL = office.twilio_base_url
    settings.TWILIO_ACCOUNT_SID = office.account_sid
    settings.TWILIO_AUTH_TOKEN = office.auth_token
    settings.DEMO_OUTBOX = office.outbox.folder
    return office


@pytest.fixture
def mailbox(post_office: PostOffice) -> Inbox:
    return Inbox(post_office, "mail")


@pytest.fixture
def sms_inbox(post_office: PostOffice) -> Inbox:
    return Inbox(post_office, "sms")


@pytest.fixture
def celery_worker_running(transactional_db: None, settings: LazySettings) -> Iterator[None]:
    """A Celery worker on the real broker, all queues, in a thread of this process."""
    Redis.from_url(settings.REDIS_URL).flushdb()
    with start_worker(
        celery_app, pool="solo", perform_ping_check=False, queues=list(QUEUES), shutdown_timeout=20
    ):
        yield
    connections.close_all()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = find_chromium()
    return {
        **browser_type_launch_args,
        "executable_path": str(chromium.program),
        "args": list(LAUNCH_ARGUMENTS),
        "env": {**os.environ, **chromium.environment},
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], live_server: LiveServer) -> dict[str, Any]:
    """Pages are opened by their path alone, in the city's own time and language."""
    return {
        **browser_context_args,
        "base_url": live_server.url,
        # Each browser would fetch the shell once more; who tests it allows it.
        "service_workers": "block",
        "locale": "en-ZA",
        "timezone_id": "Africa/Johannesburg",
    }


@pytest.fixture
def site(live_server: LiveServer, settings: LazySettings) -> str:
    """The running site's address; links in mails and SMS lead there."""
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return live_server.url


@pytest.fixture
def page(page: Page, site: str) -> Iterator[Page]:
    """A browser page on the running site. A script error on any page fails the test."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []
