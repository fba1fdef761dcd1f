from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from jobs.enums import RunState
from jobs.querysets import JobRunQuerySet


class JobRun(IdentifiedModel):
    """One run of a scheduled job, from the moment in which it was sent (by hand) or began (by the clock)."""

    task = models.CharField(_("task"), max_length=200)
    task_id = models.CharField(_("id of the message"), max_length=64, unique=True)
    is_by_hand = models.BooleanField(_("run now by the operator"), default=False)
    worker = models.CharField(_("worker"), max_length=255, blank=True)
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # Without an end by then its worker is taken for dead.
    lost_at = models.DateTimeField(_("taken for lost at"))
    result = models.BigIntegerField(_("rows dealt with"), null=True, blank=True)
    error = models.CharField(_("why it failed"), max_length=500, blank=True)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of a job")
        verbose_name_plural = _("runs of jobs")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="jobrun_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(started_at__isnull=False),
                name="jobrun_finished_has_start",
            ),
            models.CheckConstraint(
                condition=Q(error="") | Q(finished_at__isnull=False), name="jobrun_failed_has_end"
            ),
        ]
        indexes: ClassVar = [
            models.Index("task", F("sent_at").desc(), name="jobrun_latest"),
            models.Index("sent_at", name="jobrun_oldest"),
            models.Index(
                "task",
                F("sent_at").desc(),
                condition=Q(finished_at__isnull=True) | ~Q(error=""),
                name="jobrun_not_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.sent_at:%Y-%m-%d %H:%M}"

    @property
    def state(self) -> RunState:
        if self.finished_at is not None:
            return RunState.FAILED if self.error else RunState.DONE
        if self.lost_at <= timezone.now():
            return RunState.LOST
        return RunState.WAITING if self.started_at is None else RunState.RUNNING

    @property
    def seconds(self) -> float | None:
        """How long it took; None without an end."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()
