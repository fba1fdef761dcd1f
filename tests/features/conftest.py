"""The world of each scenario."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from tests.features.world import World
from tests.inboxes import Inbox
from tests.runtime.streams import Stream, running_stream


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
def _stream_of_this_run(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stream]:
    with django_db_blocker.unblock(), running_stream() as stream:
        yield stream


@pytest.fixture
def stream(_stream_of_this_run: Stream, world: World) -> Iterator[Stream]:
    """The real stream process on the database of the tests."""
    _stream_of_this_run.begin_again()
    yield _stream_of_this_run
    _stream_of_this_run.hang_up()
