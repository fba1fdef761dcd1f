"""Waking background work after commit.

A wake-up carries no payload and may be lost: every piece of work that it starts is also found by a
sweep. So a dead broker delays, and neither loses anything nor fails the request.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RELAY = "tickets.relay_events"
DRAIN = "tickets.drain_queue"


def wake_after_commit(task_name: str, **arguments: Any) -> None:
    """Enqueue a task when the running transaction has committed; nothing when it rolls back."""
    transaction.on_commit(lambda: wake(task_name, **arguments), robust=True)


def wake(task_name: str, **arguments: Any) -> None:
    """Enqueue a task now; a broker that is away is logged and otherwise ignored."""
    try:
        current_app.send_task(task_name, kwargs=arguments, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("Could not wake %s: %s. The next sweep will find its work.", task_name, error)
