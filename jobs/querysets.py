from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Avg, Count, F, Max, Q

if TYPE_CHECKING:
    from jobs.models import JobRun


class JobRunQuerySet(models.QuerySet["JobRun"]):
    def of_task(self, task: Any) -> JobRunQuerySet:
        """Of one task: its name, or an expression for it."""
        return self.filter(task=task)

    def of_message(self, task_id: str) -> JobRunQuerySet:
        return self.filter(task_id=task_id)

    def of_worker(self, worker: str) -> JobRunQuerySet:
        return self.filter(worker=worker)

    def newest_first(self) -> JobRunQuerySet:
        return self.order_by("-sent_at", "-pk")

    def latest_of_each(self) -> JobRunQuerySet:
        """The newest run of every task."""
        return self.order_by("task", "-sent_at", "-pk").distinct("task")

    def unfinished(self) -> JobRunQuerySet:
        return self.filter(finished_at__isnull=True)

    def going_on(self, now: datetime) -> JobRunQuerySet:
        """Waiting for a worker or running."""
        return self.unfinished().filter(lost_at__gt=now)

    def gone_wrong(self, now: datetime) -> JobRunQuerySet:
        """Failed or lost."""
        return self.filter(_gone_wrong(now))

    def since(self, moment: datetime) -> JobRunQuerySet:
        return self.filter(sent_at__gte=moment)

    def before(self, moment: datetime) -> JobRunQuerySet:
        return self.filter(sent_at__lt=moment)

    def but_the_latest_of_each(self) -> JobRunQuerySet:
        """Without the newest run of every task, whether it is among these or not."""
        return self.exclude(pk__in=self.model.objects.latest_of_each().values("pk"))

    def summed_up(self, now: datetime) -> models.QuerySet[JobRun, Any]:
        """By task: runs, how many went wrong, how long they take, and when the clock sent the last."""
        return (
            self.order_by()
            .values("task")
            .annotate(
                runs=Count("pk"),
                failures=Count("pk", filter=_gone_wrong(now)),
                took=Avg(F("finished_at") - F("started_at")),
                by_the_clock_at=Max("sent_at", filter=Q(is_by_hand=False)),
            )
        )


def _gone_wrong(now: datetime) -> Q:
    return ~Q(error="") | Q(finished_at__isnull=True, lost_at__lte=now)
