"""The world of each scenario."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from csp.constants import SELF
from django.conf import LazySettings
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests.features.world import World
from tests.inboxes import Inbox
from tests.runtime.streams import PATH, Stream, running_stream


@pytest.fixture
def world(
    celery_worker_running: None,
    site: str,
    browser: Browser,
    browser_context_args: dict[str, Any],
    mailbox: Inbox,
    sms_inbox: Inbox,
) -> Iterator[World]:
    """A small city on the running site, with a real worker, real mail and real SMS behind it."""
    city = World(
        browser=browser,
        base_url=site,
        mailbox=mailbox,
        sms_inbox=sms_inbox,
        context_arguments=browser_context_args,
    )
    yield city
    city.close()


@pytest.fixture(scope="session")
def _stream_of_this_run(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, live_server: LiveServer
) -> Iterator[Stream]:
    with django_db_blocker.unblock(), running_stream(SITE_URL=live_server.url) as stream:
        yield stream


@pytest.fixture
def stream(_stream_of_this_run: Stream, world: World, settings: LazySettings) -> Iterator[Stream]:
    """The real stream process on the database of the tests, from which pages hear what happens."""
    _stream_of_this_run.begin_again()
    origin = f"http://localhost:{_stream_of_this_run.port}"
    settings.STREAM_URL = f"{origin}{PATH}"
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] | {"connect-src": [SELF, origin]}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}
    yield _stream_of_this_run
    _stream_of_this_run.hang_up()
