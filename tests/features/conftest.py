"""The world of each scenario."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.features.world import World
from tests.inboxes import Inbox


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
