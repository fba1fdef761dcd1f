"""When a member is there: the shifts of a week, and leave."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from common.text import refuse_control_characters
from departments.enums import Weekday
from departments.models.department import DepartmentMember
from departments.presence import MINUTES_A_DAY, clock_span
from departments.querysets import LeaveQuerySet, ShiftQuerySet


class Shift(IdentifiedModel):
    """The hours of one weekday in which a member takes tickets, in the zone of the department's calendar.

    Minutes are counted from the weekday's midnight; an end beyond 1440 lies on the next day. Who has
    no shifts at all is always on shift.
    """

    member = models.ForeignKey(
        DepartmentMember, on_delete=models.CASCADE, related_name="shifts", verbose_name=_("member")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts_minute = models.PositiveSmallIntegerField(_("from"), help_text=_("Minutes after midnight."))
    ends_minute = models.PositiveSmallIntegerField(
        _("to"), help_text=_("Minutes after the midnight before it starts; at most a day later.")
    )

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="shift_weekday_is_known"),
            models.CheckConstraint(
                condition=Q(starts_minute__lt=MINUTES_A_DAY)
                & Q(ends_minute__gt=F("starts_minute"))
                & Q(ends_minute__lte=F("starts_minute") + MINUTES_A_DAY),
                name="shift_ends_within_a_day",
                violation_error_message=_("A shift begins on its day and lasts a day at most."),
            ),
            # What runs from Sunday into Monday is compared by the action: here it lies behind the week.
            ExclusionConstraint(
                name="shift_does_not_overlap",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (
                        Func(
                            F("weekday") * MINUTES_A_DAY + F("starts_minute"),
                            F("weekday") * MINUTES_A_DAY + F("ends_minute"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Two shifts of the same person overlap."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {clock_span(self.starts_minute, self.ends_minute)}"


class Leave(IdentifiedModel):
    """Whole days on which a member takes no tickets, the first and the last included."""

    member = models.ForeignKey(
        DepartmentMember, on_delete=models.CASCADE, related_name="leaves", verbose_name=_("member")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=200, blank=True, validators=[refuse_control_characters])
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leave")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="leave_ends_after_start",
                violation_error_message=_("The last day cannot be before the first."),
            ),
            ExclusionConstraint(
                name="leave_does_not_overlap",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (
                        Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This person is on leave on some of these days already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"
