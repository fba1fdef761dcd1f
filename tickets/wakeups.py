"""Waking background work after commit.

A wake-up carries no payload and may be lost: every piece of work that it starts is also found by a
sweep. So a dead broker delays, and neither loses anything nor fails the request.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RELAY = "tickets.relay_events"
DRAIN = "tickets.drain_queue"
IMPORT = "tickets.run_import"
FOLLOW = "tickets.follow_calendars"


@dataclass(frozen=True)
class WakeUp:
    """One task to enqueue; equal to any other for the same work."""

    task_name: str
    arguments: tuple[tuple[str, Any], ...]

    def __post_init__(self) -> None:
        # Django names a callback that failed after commit by this, and a dataclass has none.
        object.__setattr__(self, "__qualname__", f"wake {self.task_name}")

    def __call__(self) -> None:
        wake(self.task_name, **dict(self.arguments))


def wake_after_commit(task_name: str, **arguments: Any) -> None:
    """Enqueue a task when the running transaction has committed; nothing when it rolls back.

    However often one transaction asks for the same, it is asked for once.
    """
    wake_up = WakeUp(task_name, tuple(sorted(arguments.items())))
    if not _is_coming(wake_up):
        transaction.on_commit(wake_up, robust=True)


def _is_coming(wake_up: WakeUp) -> bool:
    """Whether it was asked for in this transaction, in no part that may be undone without this one."""
    here = set(connection.savepoint_ids)
    return any(entry[1] == wake_up and set(entry[0]) <= here for entry in connection.run_on_commit)


def wake(task_name: str, **arguments: Any) -> None:
    """Enqueue a task now; a broker that is away is logged and otherwise ignored."""
    try:
        current_app.send_task(task_name, kwargs=arguments, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("Could not wake %s: %s. The next sweep will find its work.", task_name, error)
