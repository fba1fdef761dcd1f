from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from common.text import refuse_control_characters
from notifications.querysets import SmsUseQuerySet, TellingRulesQuerySet
from tickets.enums import EventKind

MOST_PARTS = 10_000_000
LONGEST_NAME = 80


class TellingRules(IdentifiedModel):
    """What an organisation tells, and what it may cost. Without a row everything is told, without limit."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="telling_rules", verbose_name=_("organisation")
    )
    sender_name = models.CharField(
        _("sender's name"), max_length=LONGEST_NAME, blank=True, validators=[refuse_control_characters]
    )
    # An SMS of several parts is paid for by the part. Empty: no limit.
    sms_per_day = models.PositiveIntegerField(_("parts of SMS a day"), null=True, blank=True)
    sms_per_month = models.PositiveIntegerField(_("parts of SMS a month"), null=True, blank=True)
    kinds_off = ArrayField(
        models.CharField(max_length=40, choices=EventKind),
        verbose_name=_("not told"),
        default=list,
        blank=True,
    )

    objects = TellingRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules of telling")
        verbose_name_plural = _("rules of telling")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(sms_per_day=None) | Q(sms_per_day__lte=MOST_PARTS))
                & (Q(sms_per_month=None) | Q(sms_per_month__lte=MOST_PARTS)),
                name="telling_rules_parts_have_a_bound",
            ),
            models.CheckConstraint(
                condition=Q(kinds_off__contained_by=EventKind.values), name="telling_rules_kinds_are_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)


class SmsUse(IdentifiedModel):
    """What an organisation's SMS took on a day of its own calendar."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    day = models.DateField(_("day"))
    parts = models.PositiveIntegerField(_("parts"), default=0)
    # What the limit kept back.
    refused = models.PositiveIntegerField(_("messages not sent"), default=0)

    objects = SmsUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of SMS")
        verbose_name_plural = _("use of SMS")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "day"], name="sms_use_is_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.parts}"
