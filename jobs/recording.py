"""Celery says when a scheduled job begins, ends and fails. What wake-ups start in between is not recorded.

The record is about the job and must not matter to it: it waits for nobody longer than a moment, and what
cannot be written is logged and left out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from celery import states
from celery.signals import task_failure, task_postrun, task_prerun, worker_init
from django.db import Error, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from common.redaction import redact
from common.text import clean_line
from jobs.models import JobRun

logger = logging.getLogger(__name__)

# The header that beat, and "run now", put on the message.
SCHEDULED = "periodic_task_name"
# By then the broker has given the message of a dead worker to another one.
LOST_AFTER = timedelta(hours=1)
_LONGEST_ERROR = 500
_IMPATIENT = """
    SELECT set_config('lock_timeout', '500ms', true), set_config('statement_timeout', '2s', true),
           set_config('synchronous_commit', 'off', true)
"""
_BEGINNING = ["worker", "started_at", "finished_at", "lost_at", "result", "error"]


def is_scheduled(task: Any) -> bool:
    """Headers of a message become attributes of its request."""
    return bool(getattr(task.request, SCHEDULED, ""))


@worker_init.connect(dispatch_uid="jobs.worker_began")
def worker_began(sender: Any = None, **_facts: Any) -> None:
    """What a worker of this name was at, it did not finish."""
    with _recording(f"what {sender} left behind"):
        left = JobRun.objects.unfinished().of_worker(str(sender.hostname))
        left.going_on(timezone.now()).update(lost_at=timezone.now())
    # The processes that the worker forks now must not share it.
    if not connection.in_atomic_block:
        connection.close()


@task_prerun.connect(dispatch_uid="jobs.began")
def began(task_id: str, task: Any, **_facts: Any) -> None:
    """A message that comes a second time, because its worker died, begins the same run again."""
    if not is_scheduled(task):
        return
    now = timezone.now()
    run = JobRun(
        task=task.name,
        task_id=task_id,
        worker=task.request.hostname or "",
        sent_at=now,
        started_at=now,
        lost_at=now + LOST_AFTER,
    )
    with _recording(task.name):
        JobRun.objects.bulk_create(
            [run], update_conflicts=True, unique_fields=["task_id"], update_fields=_BEGINNING
        )


@task_postrun.connect(dispatch_uid="jobs.ended")
def ended(task_id: str, task: Any, retval: Any = None, state: str = "", **_facts: Any) -> None:
    """Of a failure `failed` has told already, and more."""
    if state != states.FAILURE and is_scheduled(task):
        _end(task.name, task_id, result=retval if isinstance(retval, int) else None)


@task_failure.connect(dispatch_uid="jobs.failed")
def failed(task_id: str, exception: BaseException, sender: Any = None, **_facts: Any) -> None:
    if sender is not None and is_scheduled(sender):
        said = clean_line(redact(f"{type(exception).__name__}: {exception}"))
        _end(sender.name, task_id, error=said[:_LONGEST_ERROR])


def _end(task: str, task_id: str, **outcome: Any) -> None:
    with _recording(task):
        JobRun.objects.of_message(task_id).update(
            started_at=Coalesce(F("started_at"), F("sent_at")), finished_at=timezone.now(), **outcome
        )


@contextmanager
def _recording(what: str) -> Iterator[None]:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_IMPATIENT)
            yield
    except Error as error:
        logger.warning("The run of %s could not be recorded: %s", what, error)
