from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from tickets.enums import FileFormat, ImportState
from tickets.exchange.querysets import ImportRunQuerySet, RefusedRowQuerySet

UNFINISHED_STATES = [ImportState.WAITING, ImportState.RUNNING]


class ImportRun(IdentifiedModel):
    """One file of tickets on its way in. `offset` and `line` are behind the last row that is dealt with.

    They move in the transaction of the rows, so that a run that stopped goes on exactly there.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("started by"),
    )
    state = models.CharField(_("state"), max_length=20, choices=ImportState, default=ImportState.WAITING)
    format = models.CharField(_("format"), max_length=10, choices=FileFormat)
    is_dry_run = models.BooleanField(_("only a trial"), default=False)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/", max_length=250, blank=True)
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    columns = models.JSONField(_("columns"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=10)
    offset = models.PositiveBigIntegerField(_("bytes read"), default=0)
    line = models.PositiveIntegerField(_("lines read"), default=0)
    created_count = models.PositiveIntegerField(_("tickets logged"), default=0)
    known_count = models.PositiveIntegerField(_("known before"), default=0)
    refused_count = models.PositiveIntegerField(_("rows refused"), default=0)
    error = models.CharField(_("why it failed"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="importrun_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(format__in=FileFormat.values), name="importrun_format_is_known"
            ),
            models.CheckConstraint(condition=Q(offset__lte=F("size")), name="importrun_reads_its_file_only"),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED_STATES, finished_at__isnull=True)
                | ~Q(state__in=UNFINISHED_STATES) & Q(finished_at__isnull=False),
                name="importrun_finished_has_time",
            ),
            models.UniqueConstraint(
                fields=["organisation", "digest", "is_dry_run"],
                condition=Q(state__in=UNFINISHED_STATES),
                name="importrun_takes_a_file_once_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index("organisation", F("created_at").desc(), F("id").desc(), name="importrun_newest"),
            models.Index("created_at", name="importrun_unfinished", condition=Q(state__in=UNFINISHED_STATES)),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.line}"

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED_STATES

    @property
    def progress(self) -> float:
        """The share of the file that is dealt with, from 0 to 1."""
        return 1.0 if self.size == 0 else self.offset / self.size


class RefusedRow(IdentifiedModel):
    """One reason why one row of a file became no ticket."""

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="refusals", verbose_name=_("import")
    )
    line = models.PositiveIntegerField(_("line"))
    field = models.CharField(_("field"), max_length=100, blank=True)
    code = models.CharField(_("code"), max_length=60)
    sentence = models.CharField(_("why"), max_length=500)

    objects = RefusedRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        indexes: ClassVar = [models.Index("run", "line", "id", name="refusedrow_in_order")]

    def __str__(self) -> str:
        return f"{self.line}: {self.sentence}"
