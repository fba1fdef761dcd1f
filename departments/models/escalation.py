from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from departments.enums import EscalationAudience
from departments.escalation import LONGEST_DELAY, MOST_STEPS, Step
from departments.models.department import Department
from departments.querysets import EscalationLadderQuerySet


class EscalationLadder(IdentifiedModel):
    """One version of the steps by which expired tickets are escalated. A changed ladder is a new version."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("department"),
        help_text=_("Empty: for every department without a ladder of its own."),
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("in force since"), default=timezone.now, editable=False)
    retired_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    objects = EscalationLadderQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation ladder")
        verbose_name_plural = _("escalation ladders")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "department", "version"],
                name="escalationladder_version_is_unique",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["organisation", "department"],
                condition=Q(retired_at__isnull=True),
                name="escalationladder_has_one_version_in_force",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department or self.organisation} (v{self.version})"


class EscalationStep(IdentifiedModel):
    ladder = models.ForeignKey(
        EscalationLadder, on_delete=models.CASCADE, related_name="steps", verbose_name=_("ladder")
    )
    position = models.PositiveSmallIntegerField(_("step"))
    audience = models.CharField(_("who is told"), max_length=20, choices=EscalationAudience)
    delay_seconds = models.PositiveIntegerField(_("after the promise ran out, working seconds"))

    class Meta:
        verbose_name = _("escalation step")
        verbose_name_plural = _("escalation steps")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ladder", "position"], name="escalationstep_position_is_unique"),
            models.UniqueConstraint(
                fields=["ladder", "delay_seconds"], name="escalationstep_delay_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(position__range=(1, MOST_STEPS)), name="escalationstep_position_is_on_the_ladder"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=EscalationAudience.values), name="escalationstep_audience_is_known"
            ),
            models.CheckConstraint(
                condition=Q(delay_seconds__lte=LONGEST_DELAY), name="escalationstep_delay_is_bounded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.get_audience_display()}"

    def as_step(self) -> Step:
        return Step(self.position, self.audience, self.delay_seconds)
