"""Runs are written down by real workers, and never at the price of the job."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from celery import shared_task, states
from celery.contrib.testing.worker import start_worker
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from jobs import recording
from jobs.enums import RunState
from jobs.models import JobRun
from jobs.recording import SCHEDULED
from tests.runtime.streams import wait_until
from ticketing.celery import app

pytestmark = pytest.mark.django_db
# As beat sends it.
BY_THE_CLOCK: dict[str, Any] = {"headers": {SCHEDULED: "A job"}}


# The worker of these tests runs in this process.
DONE: list[str] = []


@shared_task(name="jobs.tests.three", queue="sweeps")
def three() -> int:
    DONE.append("three")
    return 3


@shared_task(name="jobs.tests.breaks", queue="sweeps")
def breaks() -> int:
    raise RuntimeError("The code 123456 was refused\nby the provider")


def a_task(name: str = "jobs.tests.three", worker: str = "worker@here") -> Any:
    """What Celery hands to its receivers."""
    request = SimpleNamespace(periodic_task_name="A job", hostname=worker)
    return SimpleNamespace(name=name, request=request)


def recorded(task: str) -> JobRun:
    wait_until(lambda: JobRun.objects.of_task(task).exclude(finished_at=None).exists(), seconds=20)
    return JobRun.objects.get(task=task)


def test_a_run_by_the_clock_is_recorded_with_its_result(celery_worker_running: None) -> None:
    three.apply_async(**BY_THE_CLOCK)
    run = recorded("jobs.tests.three")
    assert (run.state, run.result, run.error, run.is_by_hand) == (RunState.DONE, 3, "", False)
    assert run.worker != ""
    assert run.seconds is not None


def test_what_beat_itself_sends_is_recorded(celery_worker_running: None) -> None:
    every, _is_new = IntervalSchedule.objects.get_or_create(every=60, period=IntervalSchedule.SECONDS)
    job = PeriodicTask.objects.create(
        name="Count to three", task="jobs.tests.three", interval=every, queue="sweeps"
    )
    DatabaseScheduler(app=app, lazy=True).apply_async(ModelEntry(job, app=app), advance=False)
    run = recorded("jobs.tests.three")
    assert (run.state, run.result, run.is_by_hand) == (RunState.DONE, 3, False)


def test_a_run_that_fails_is_recorded_without_secrets(celery_worker_running: None) -> None:
    breaks.apply_async(**BY_THE_CLOCK)
    run = recorded("jobs.tests.breaks")
    assert (run.state, run.result) == (RunState.FAILED, None)
    assert run.error == "RuntimeError: The code *** was refused by the provider"


def test_what_a_wake_up_starts_is_not_recorded(celery_worker_running: None) -> None:
    breaks.apply_async()
    three.apply_async(**BY_THE_CLOCK)
    recorded("jobs.tests.three")
    assert JobRun.objects.count() == 1


def test_a_run_by_hand_is_one_with_what_was_asked_for() -> None:
    now = timezone.now()
    JobRun.objects.create(
        task="jobs.tests.three", task_id="a", is_by_hand=True, sent_at=now, lost_at=now + timedelta(minutes=5)
    )
    recording.began("a", a_task())
    assert JobRun.objects.get().state == RunState.RUNNING
    recording.ended("a", a_task(), retval=3, state=states.SUCCESS)
    run = JobRun.objects.get()
    assert (run.state, run.is_by_hand, run.sent_at, run.result) == (RunState.DONE, True, now, 3)


def test_a_message_that_comes_again_begins_the_same_run_again() -> None:
    recording.began("a", a_task())
    JobRun.objects.update(lost_at=timezone.now())
    assert JobRun.objects.get().state == RunState.LOST
    recording.began("a", a_task(worker="worker@there"))
    run = JobRun.objects.get()
    assert (run.state, run.worker) == (RunState.RUNNING, "worker@there")


def test_what_a_worker_left_behind_is_lost_when_it_starts_again() -> None:
    recording.began("a", a_task(worker="worker@here"))
    recording.began("b", a_task(worker="worker@there"))
    recording.began("c", a_task(worker="worker@here"))
    recording.ended("c", a_task(worker="worker@here"), retval=None, state=states.SUCCESS)
    recording.worker_began(sender=SimpleNamespace(hostname="worker@here"))
    found = {run.task_id: run.state for run in JobRun.objects.all()}
    assert found == {"a": RunState.LOST, "b": RunState.RUNNING, "c": RunState.DONE}


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_says_by_its_name_what_the_one_before_it_lost() -> None:
    recording.began("a", a_task(worker="worker@here"))
    recording.began("b", a_task(worker="worker@there"))
    with start_worker(app, pool="solo", hostname="worker@here", perform_ping_check=False):
        found = {run.task_id: run.state for run in JobRun.objects.all()}
    assert found == {"a": RunState.LOST, "b": RunState.RUNNING}


# What stands in the way of the record does not stand in the way of the job


@contextmanager
def locked_table() -> Iterator[None]:
    """Somebody holds the whole table, as a migration would."""
    found = connection.settings_dict
    with psycopg.connect(host=found["HOST"], user=found["USER"], dbname=found["NAME"]) as other:
        other.execute("LOCK TABLE jobs_jobrun IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.mark.django_db(transaction=True)
def test_a_job_is_done_while_its_record_cannot_be_written(
    celery_worker_running: None, caplog: pytest.LogCaptureFixture
) -> None:
    DONE.clear()
    with locked_table(), caplog.at_level(logging.WARNING, logger="jobs.recording"):
        three.apply_async(**BY_THE_CLOCK)
        # Once before the job, once behind it.
        wait_until(lambda: caplog.text.count("The run of jobs.tests.three could not be recorded") == 2)
        assert DONE == ["three"]
    assert JobRun.objects.count() == 0


def test_a_record_that_cannot_be_written_leaves_a_transaction_whole() -> None:
    recording.began("x" * 65, a_task())
    assert JobRun.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_how_long_a_job_may_ask_the_database_is_not_changed_by_its_record() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        before = cursor.fetchone()
        recording.began("a", a_task())
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == before
