from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from tickets.clock_querysets import ClockCheckQuerySet


class ClockCheck(IdentifiedModel):
    """What the nightly comparison of an organisation's open clocks with their history found."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    checked_at = models.DateTimeField(_("checked at"), default=timezone.now)
    tickets = models.PositiveIntegerField(_("tickets looked at"))
    count = models.PositiveIntegerField(_("differences"))
    differences = models.JSONField(
        _("the first differences"), default=list, encoder=DjangoJSONEncoder, blank=True
    )

    objects = ClockCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock check")
        verbose_name_plural = _("clock checks")
        indexes: ClassVar = [models.Index("organisation", F("checked_at").desc(), name="clockcheck_newest")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.checked_at:%Y-%m-%d %H:%M}"
