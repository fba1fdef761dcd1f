"""Run a job now, and forget old runs."""

from __future__ import annotations

import json
import logging
import uuid
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.permissions import is_operator
from common.errors import DomainError, NotAllowed, NotFound
from jobs.models import JobRun
from jobs.queries import KEPT_DAYS
from jobs.recording import SCHEDULED

logger = logging.getLogger(__name__)

# A message by hand that no worker has taken by then is dropped, and its run is lost.
WAITS_FOR = timedelta(minutes=5)


class BrokerAway(DomainError):
    code = "broker_away"
    status_code = 503
    sentence = gettext_lazy("The job could not be handed to a worker. Please try again in a moment.")


def run_job_now(job: PeriodicTask, *, acting_user: Any) -> JobRun:
    """Hand a job to a worker, beside its schedule. While one waits or runs, that is the answer.

    Raises NotAllowed, NotFound for a task that this release does not have, and BrokerAway.
    """
    if not is_operator(acting_user):
        raise NotAllowed
    current_app.loader.import_default_modules()
    if job.task not in current_app.tasks:
        raise NotFound
    run, is_new = _run_of(job)
    if is_new:
        _send(job, run)
        logger.info("Job %s is run now by %s.", job.task, acting_user.pk)
    return run


def _run_of(job: PeriodicTask) -> tuple[JobRun, bool]:
    """The run that is going on, else a new one: two people who ask at once get the same."""
    with transaction.atomic():
        PeriodicTask.objects.select_for_update().get(pk=job.pk)
        now = timezone.now()
        going_on = JobRun.objects.of_task(job.task).going_on(now).newest_first().first()
        if going_on is not None:
            return going_on, False
        task_id = str(uuid.uuid4())
        run = JobRun(task=job.task, task_id=task_id, is_by_hand=True, sent_at=now, lost_at=now + WAITS_FOR)
        run.save(force_insert=True)
        return run, True


def _send(job: PeriodicTask, run: JobRun) -> None:
    """As beat would: the same arguments, the same queue. A run that could not be sent never was."""
    options = {"headers": {SCHEDULED: job.name}} | ({"queue": job.queue} if job.queue else {})
    try:
        current_app.tasks[job.task].apply_async(
            args=json.loads(job.args or "[]"),
            kwargs=json.loads(job.kwargs or "{}"),
            task_id=run.task_id,
            expires=WAITS_FOR.total_seconds(),
            retry=False,
            **options,
        )
    except (OperationalError, RedisError, OSError) as error:
        run.delete()
        raise BrokerAway from error


def forget_old_runs() -> int:
    """Delete what is older than the figures reach back, but of every job its last run. Returns how many."""
    old = JobRun.objects.before(timezone.now() - timedelta(days=KEPT_DAYS))
    deleted, _per_model = old.but_the_latest_of_each().delete()
    return deleted
