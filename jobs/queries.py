"""The jobs that run by the clock, with how they went, when they go next, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from common.backlog import BACKLOGS
from jobs.models import JobRun

# Figures are about so many days; older runs are forgotten.
KEPT_DAYS = 7
# Beat and a busy worker may be this late before anybody has to look.
GRACE = timedelta(minutes=2)
_IN_SECONDS = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}


@dataclass(frozen=True)
class Job:
    """One line of the schedule. `backlog` is None where nothing can wait."""

    task: str
    title: str
    schedule: str
    is_enabled: bool
    last: JobRun | None
    last_failure: JobRun | None
    next_at: datetime | None
    runs: int
    failures: int
    average_seconds: float | None
    backlog: int | None

    @property
    def is_late(self) -> bool:
        """Whether nothing seems to send it any more."""
        return self.next_at is not None and self.next_at < timezone.now() - GRACE


def list_jobs() -> list[Job]:
    """All jobs by their titles."""
    now = timezone.now()
    rows = list(_scheduled().annotate(last_run=_latest_run()).order_by("name"))
    runs = JobRun.objects.in_bulk([row.last_run for row in rows if row.last_run])
    recent = JobRun.objects.since(now - timedelta(days=KEPT_DAYS))
    wrong = {run.task: run for run in recent.gone_wrong(now).latest_of_each()}
    sums: dict[str, dict[str, Any]] = {row["task"]: row for row in recent.summed_up(now)}
    return [_job(row, runs.get(row.last_run), wrong.get(row.task), sums.get(row.task, {})) for row in rows]


def find_job(task: str) -> PeriodicTask | None:
    return _scheduled().filter(task=task).order_by("name").first()


def _scheduled() -> QuerySet[PeriodicTask]:
    """The project's own jobs, without Celery's housekeeping."""
    rows: QuerySet[PeriodicTask] = PeriodicTask.objects.exclude(task__startswith="celery.")
    return rows.select_related("interval", "crontab", "solar", "clocked")


def _latest_run() -> Subquery:
    return Subquery(JobRun.objects.of_task(OuterRef("task")).newest_first().values("pk")[:1])


def _job(row: Any, last: JobRun | None, last_failure: JobRun | None, sums: dict[str, Any]) -> Job:
    count = BACKLOGS.get(row.task)
    took: timedelta | None = sums.get("took")
    return Job(
        task=row.task,
        title=gettext(row.name),
        schedule=_spelled(row.scheduler),
        is_enabled=row.enabled,
        last=last,
        last_failure=last_failure,
        next_at=_next(row, sums.get("by_the_clock_at")),
        runs=sums.get("runs", 0),
        failures=sums.get("failures", 0),
        average_seconds=None if took is None else took.total_seconds(),
        backlog=count() if count else None,
    )


def _next(row: PeriodicTask, ran_at: datetime | None) -> datetime | None:
    """When beat sends it again, or should have; None while it is switched off.

    Beat writes down only now and then when it sent what, so that the runs may know better.
    """
    if not row.enabled:
        return None
    known = [moment for moment in (row.last_run_at, ran_at) if moment is not None]
    last: datetime = max(known, default=row.date_changed)
    every: timedelta | None = getattr(row.schedule, "run_every", None)
    return last + every if every is not None else _at_full_second(row.schedule.remaining_estimate(last))


def _at_full_second(left: timedelta) -> datetime:
    """So long from now, the same whenever it is asked."""
    return (timezone.now() + left + timedelta(seconds=0.5)).replace(microsecond=0)


def _spelled(schedule: Any) -> str:
    """The schedule in words: "every 5 minutes" rather than "every 300 seconds"."""
    if not isinstance(schedule, IntervalSchedule) or schedule.period not in _IN_SECONDS:
        return str(getattr(schedule, "human_readable", schedule))
    seconds = schedule.every * _IN_SECONDS[schedule.period]
    unit = next(name for name, length in _IN_SECONDS.items() if seconds % length == 0)
    count = seconds // _IN_SECONDS[unit]
    spelled = {
        "days": ngettext("every day", "every %(count)d days", count),
        "hours": ngettext("every hour", "every %(count)d hours", count),
        "minutes": ngettext("every minute", "every %(count)d minutes", count),
        "seconds": ngettext("every second", "every %(count)d seconds", count),
    }
    return spelled[unit] % {"count": count}
