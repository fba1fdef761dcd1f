"""Doing things at the same time, each in a thread and over a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from common.errors import DomainError


def all_at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start every call at the same moment; the answer or the refusal of each, in their order.

    Anything but a refusal is raised: a deadlock or a constraint is never the answer to a race.
    """
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            # The connection first, so that not its making decides who wins.
            connection.ensure_connection()
            start.wait(timeout=30)
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


def refusals(answers: Sequence[Any]) -> list[str]:
    return [answer.code for answer in answers if isinstance(answer, DomainError)]
