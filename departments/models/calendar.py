from __future__ import annotations

import uuid
from datetime import date
from functools import lru_cache
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, validate_time_zone
from common.models import IdentifiedModel
from departments.enums import Weekday
from departments.querysets import OrganisationScopedQuerySet
from departments.working_time import MINUTES_A_DAY, Intervals, WorkingCalendar


class Calendar(IdentifiedModel):
    """One version of an organisation's working hours. Clocks keep the version they started with."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="calendars", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveIntegerField(_("version"), default=1)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Africa/Johannesburg", validators=[validate_time_zone]
    )
    around_the_clock = models.BooleanField(_("around the clock"), default=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = OrganisationScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name", "version"], name="calendar_version_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (v{self.version})"

    def working_calendar(self) -> WorkingCalendar:
        """The hours as a value to calculate with.

        The first time in a process it reads intervals and exceptions (two queries), unless the calendar
        is open around the clock.
        """
        if self.around_the_clock:
            return WorkingCalendar(zone=ZoneInfo(self.time_zone), around_the_clock=True)
        return hours_of(self.pk, self.version, self.time_zone)


# A version of a calendar never changes: new hours are a new version. So its hours are kept per process,
# with everything that was laid out for them.
@lru_cache(maxsize=256)
def hours_of(calendar_id: uuid.UUID, version: int, time_zone: str) -> WorkingCalendar:
    """The hours that a version of a calendar has in its intervals and exceptions."""
    weekly: list[Intervals] = [()] * 7
    for interval in WorkingInterval.objects.filter(calendar=calendar_id).order_by("weekday", "starts_minute"):
        weekly[interval.weekday] += ((interval.starts_minute, interval.ends_minute),)
    exceptions: dict[date, Intervals] = {}
    for row in CalendarException.objects.filter(calendar=calendar_id).order_by("date", "starts_minute"):
        exceptions[row.date] = exceptions.get(row.date, ()) + row.open_minutes()
    return WorkingCalendar(zone=ZoneInfo(time_zone), weekly=tuple(weekly), exceptions=exceptions)


class WorkingInterval(IdentifiedModel):
    """Open from one minute of a weekday to another."""

    calendar = models.ForeignKey(
        Calendar, on_delete=models.CASCADE, related_name="intervals", verbose_name=_("calendar")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts_minute = models.PositiveSmallIntegerField(_("from"), help_text=_("Minutes after midnight."))
    ends_minute = models.PositiveSmallIntegerField(
        _("to"), help_text=_("Minutes after midnight, at most 1440.")
    )

    class Meta:
        verbose_name = _("working interval")
        verbose_name_plural = _("working intervals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_minute__lt=F("ends_minute"), ends_minute__lte=MINUTES_A_DAY),
                name="workinginterval_ends_after_start",
                violation_error_message=_("The interval must end after it starts, at 1440 at the latest."),
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="workinginterval_weekday_is_known"),
            models.UniqueConstraint(
                fields=["calendar", "weekday", "starts_minute"], name="workinginterval_starts_once"
            ),
        ]

    def __str__(self) -> str:
        start, end = self.starts_minute, self.ends_minute
        return f"{self.get_weekday_display()} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


class CalendarException(IdentifiedModel):
    """A date with other hours: a holiday (no minutes) or a part day."""

    calendar = models.ForeignKey(
        Calendar, on_delete=models.CASCADE, related_name="exceptions", verbose_name=_("calendar")
    )
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=120)
    starts_minute = models.PositiveSmallIntegerField(_("open from"), null=True, blank=True)
    ends_minute = models.PositiveSmallIntegerField(_("open to"), null=True, blank=True)

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_minute__isnull=True, ends_minute__isnull=True)
                | Q(starts_minute__lt=F("ends_minute"), ends_minute__lte=MINUTES_A_DAY),
                name="calendarexception_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["calendar", "date", "starts_minute"],
                name="calendarexception_starts_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"

    def open_minutes(self) -> Intervals:
        if self.starts_minute is None or self.ends_minute is None:
            return ()
        return ((self.starts_minute, self.ends_minute),)
