"""How much waits for each scheduled job: an app says it for its own, and who shows the jobs asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

MOST_COUNTED = 10_000

# How many rows are due now.
Backlog = Callable[[], int]
BACKLOGS: dict[str, Backlog] = {}


def register_backlog(task: str, count: Backlog) -> None:
    """Say how many rows wait for a task. A count that could be large stops at MOST_COUNTED."""
    BACKLOGS[task] = count


def counted(rows: QuerySet[Any]) -> int:
    """How many, but never more than MOST_COUNTED: a page must not count a whole table."""
    return rows.order_by().values("pk")[:MOST_COUNTED].count()
