"""Jobs that run by the clock, shown to the operator with what waits for them, and run now."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from celery import current_app, shared_task
from django.conf import LazySettings, settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import MembershipFactory, UserFactory
from common.backlog import BACKLOGS
from jobs.actions import forget_old_runs, run_job_now
from jobs.models import JobRun

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/jobs/"
TASK = "jobs.tests.nothing"
RUN = f"{JOBS}{TASK}/run/"


@shared_task(name=TASK, queue="sweeps")
def nothing() -> int:
    return 0


def interval(seconds: int) -> IntervalSchedule:
    return IntervalSchedule.objects.create(every=seconds, period=IntervalSchedule.SECONDS)


@pytest.fixture
def job() -> PeriodicTask:
    return PeriodicTask.objects.create(name="Do nothing", task=TASK, interval=interval(300))


@pytest.fixture
def operator() -> User:
    return UserFactory.create(is_superuser=True, is_staff=True)


@pytest.fixture
def admin() -> User:
    person = UserFactory.create(is_staff=True)
    return MembershipFactory.create(role=Role.ORGANISATION_ADMIN, user=person).user


def api(user: User | None) -> APIClient:
    client = APIClient()
    client.raise_request_exception = False
    if user is not None:
        client.force_authenticate(user)
    return client


def console(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def a_run(*, ago: float = 60, took: float | None = 2, lost_after: float = 3600, **fields: Any) -> JobRun:
    """A run of the job that began `ago` seconds ago."""
    began = timezone.now() - timedelta(seconds=ago)
    ended = None if took is None else began + timedelta(seconds=took)
    times = {"started_at": began, "finished_at": ended, "lost_at": began + timedelta(seconds=lost_after)}
    key = str(JobRun.objects.count())
    return JobRun.objects.create(**{"task": TASK, "task_id": key, "sent_at": began} | times | fields)


def shown(operator: User) -> dict[str, Any]:
    (one,) = api(operator).get(JOBS).json()["results"]
    return dict(one)


# Shown


def test_a_job_is_shown_with_its_schedule_its_runs_and_what_waits(
    job: PeriodicTask, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BACKLOGS, TASK, lambda: 9)
    a_run(ago=400, took=2, error="Down: the provider")
    last = a_run(ago=100, took=4, result=7)
    seen = shown(operator)
    assert (seen["name"], seen["title"], seen["schedule"]) == (TASK, "Do nothing", "every 5 minutes")
    assert (seen["is_enabled"], seen["backlog"]) == (True, 9)
    assert (seen["runs"], seen["failures"], seen["average_seconds"]) == (2, 1, 3.0)
    assert seen["last_failure"]["error"] == "Down: the provider"
    assert {name: seen["last_run"][name] for name in ("state", "seconds", "result", "error")} == {
        "state": "done",
        "seconds": 4.0,
        "result": 7,
        "error": "",
    }
    assert seen["last_run"]["id"] == str(last.pk)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"took": 2}, "done"),
        ({"took": 2, "error": "Down: x"}, "failed"),
        ({"took": None}, "running"),
        ({"took": None, "lost_after": 10}, "lost"),
        ({"took": None, "started_at": None}, "waiting"),
        ({"took": None, "started_at": None, "lost_after": 10}, "lost"),
    ],
)
def test_a_run_without_an_end_is_lost_some_day(
    job: PeriodicTask, operator: User, fields: dict[str, Any], state: str
) -> None:
    a_run(**fields)
    seen = shown(operator)
    assert seen["last_run"]["state"] == state
    assert seen["failures"] == (state in {"failed", "lost"})
    assert (seen["last_failure"] is not None) == (state in {"failed", "lost"})


def test_the_next_run_follows_the_last_one_of_the_clock(job: PeriodicTask, operator: User) -> None:
    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(hours=2))
    last = a_run(ago=100)
    a_run(ago=10, is_by_hand=True)
    due = last.sent_at + timedelta(seconds=300)
    assert abs(parsed(shown(operator)["next_run_at"]) - due) < timedelta(seconds=5)


def test_a_job_that_nothing_sends_was_due_in_the_past(job: PeriodicTask, operator: User) -> None:
    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(hours=2))
    assert parsed(shown(operator)["next_run_at"]) < timezone.now() - timedelta(hours=1)
    assert "overdue" in console(operator).get("/console/jobs/").content.decode()


def test_a_job_that_is_switched_off_has_no_next_run(job: PeriodicTask, operator: User) -> None:
    PeriodicTask.objects.update(enabled=False)
    seen = shown(operator)
    assert (seen["is_enabled"], seen["next_run_at"]) == (False, None)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(30, "every 30 seconds"), (60, "every minute"), (3600, "every hour"), (86_400, "every day")],
)
def test_intervals_are_told_in_the_largest_unit(
    job: PeriodicTask, operator: User, seconds: int, words: str
) -> None:
    PeriodicTask.objects.update(interval=interval(seconds))
    assert shown(operator)["schedule"] == words


def test_a_time_of_the_day_is_told_in_words(operator: User) -> None:
    night = CrontabSchedule.objects.create(hour="2", minute="40", timezone="Africa/Johannesburg")
    PeriodicTask.objects.create(name="At night", task=TASK, crontab=night)
    assert shown(operator)["schedule"] == "At 02:40 AM Africa/Johannesburg"


def test_every_job_costs_the_list_the_same(
    job: PeriodicTask, operator: User, django_assert_num_queries: Any
) -> None:
    a_run()
    with django_assert_num_queries(4):
        assert len(api(operator).get(JOBS).json()["results"]) == 1
    for name in ("other.1", "other.2"):
        PeriodicTask.objects.create(name=name, task=name, interval=job.interval)
        a_run(task=name, error="Down: x")
    with django_assert_num_queries(4):
        assert len(api(operator).get(JOBS).json()["results"]) == 3


def test_every_backlog_belongs_to_a_job_and_counts_without_an_error() -> None:
    assert set(BACKLOGS) <= {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {task: count() for task, count in BACKLOGS.items()} == dict.fromkeys(BACKLOGS, 0)


# For the operator


def test_nobody_else_sees_or_runs_jobs(job: PeriodicTask, admin: User) -> None:
    for user, status in ((None, 401), (MembershipFactory.create(role=Role.AGENT).user, 403), (admin, 403)):
        assert api(user).get(JOBS).status_code == status
        assert api(user).post(RUN).status_code == status
    assert console(admin).get("/console/jobs/").status_code == 403
    assert console(admin).post(f"/console/jobs/{TASK}/run/").status_code == 403
    assert "/console/jobs/" not in console(admin).get("/console/").content.decode()
    assert JobRun.objects.count() == 0


def test_the_console_shows_the_jobs_and_runs_one(
    job: PeriodicTask, operator: User, celery_app_on_memory: None
) -> None:
    client = console(operator)
    assert "/console/jobs/" in client.get("/console/").content.decode()
    page = client.get("/console/jobs/").content.decode()
    assert "Do nothing" in page
    assert "Never ran" in page
    answer = client.post(f"/console/jobs/{TASK}/run/", follow=True)
    assert "“Do nothing” is on its way." in answer.content.decode()
    assert [run.task for run in JobRun.objects.all()] == [TASK]
    assert client.post("/console/jobs/no.such/run/").status_code == 404


# Run now


@pytest.fixture
def celery_app_on_memory(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """No worker takes what is sent; what was asked of the broker is kept."""
    sent: list[dict[str, Any]] = []
    task = current_app.tasks[TASK]
    monkeypatch.setattr(type(task), "apply_async", lambda _self, **asked: sent.append(asked))
    return sent


def test_a_job_is_sent_as_the_clock_would_send_it(
    job: PeriodicTask, operator: User, celery_app_on_memory: list[dict[str, Any]]
) -> None:
    PeriodicTask.objects.update(kwargs='{"year": 2027}', queue="reports")
    answer = api(operator).post(RUN)
    assert (answer.status_code, answer.json()["state"], answer.json()["is_by_hand"]) == (202, "waiting", True)
    (asked,) = celery_app_on_memory
    assert (asked["kwargs"], asked["queue"]) == ({"year": 2027}, "reports")
    assert asked["headers"] == {"periodic_task_name": "Do nothing"}
    assert asked["task_id"] == JobRun.objects.get().task_id


@pytest.mark.parametrize("fields", [{"started_at": None}, {}])
def test_while_one_waits_or_runs_no_other_is_sent(
    job: PeriodicTask, operator: User, celery_app_on_memory: list[dict[str, Any]], fields: dict[str, Any]
) -> None:
    going_on = a_run(took=None, **fields)
    for _time in range(2):
        answer = api(operator).post(RUN)
        assert (answer.status_code, answer.json()["id"]) == (202, str(going_on.pk))
    assert (celery_app_on_memory, JobRun.objects.count()) == ([], 1)


def test_a_lost_run_keeps_nobody_waiting(
    job: PeriodicTask, operator: User, celery_app_on_memory: list[dict[str, Any]]
) -> None:
    a_run(took=None, lost_after=10)
    assert api(operator).post(RUN).json()["state"] == "waiting"
    assert len(celery_app_on_memory) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_the_same_run(
    job: PeriodicTask, operator: User, celery_app_on_memory: list[dict[str, Any]]
) -> None:
    ready, runs = Barrier(2), []

    def ask() -> None:
        ready.wait()
        runs.append(run_job_now(job, acting_user=operator).pk)
        connection.close()

    threads = [Thread(target=ask) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(runs), len(set(runs)), len(celery_app_on_memory)) == (2, 1, 1)


def test_a_job_that_could_not_be_sent_left_nothing_behind(
    job: PeriodicTask, operator: User, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_self: Any, **_asked: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(type(current_app.tasks[TASK]), "apply_async", away)
    answer = api(operator).post(RUN)
    assert (answer.status_code, answer.json()["code"]) == (503, "broker_away")
    page = console(operator).post(f"/console/jobs/{TASK}/run/", follow=True).content.decode()
    assert "The job could not be handed to a worker." in page
    assert JobRun.objects.count() == 0


def test_what_is_no_job_cannot_be_run(job: PeriodicTask, operator: User) -> None:
    PeriodicTask.objects.create(name="Of another release", task="no.longer.there", interval=job.interval)
    for task in ("no.such", "no.longer.there", "celery.backend_cleanup"):
        assert api(operator).post(f"{JOBS}{task}/run/").status_code == 404
    assert api(operator).post(RUN, {"why": "x"}, format="json").status_code == 400
    assert JobRun.objects.count() == 0


# Forgotten


def test_old_runs_are_forgotten_but_of_every_job_the_last_one() -> None:
    day = 86_400
    a_run(ago=9 * day)
    kept = {a_run(ago=6 * day).task_id, a_run(ago=30 * day, task="once.a.month").task_id}
    a_run(ago=60 * day, task="once.a.month")
    assert forget_old_runs() == 2
    assert set(JobRun.objects.values_list("task_id", flat=True)) == kept


def parsed(moment: str) -> Any:
    return timezone.datetime.fromisoformat(moment)  # type: ignore[attr-defined]
