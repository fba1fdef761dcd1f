from __future__ import annotations

import uuid
from datetime import date
from functools import lru_cache
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, validate_time_zone
from common.models import IdentifiedModel
from common.text import refuse_control_characters
from departments.enums import Weekday
from departments.hours import Hours, SpecialDay
from departments.querysets import CalendarQuerySet
from departments.working_time import LATEST_MINUTE, MINUTES_A_DAY, Intervals, WorkingCalendar

FIRST_YEAR, LAST_YEAR = 2000, 2200
_BEGINS_ON_ITS_DAY = Q(starts_minute__lt=MINUTES_A_DAY, ends_minute__lte=F("starts_minute") + MINUTES_A_DAY)


class Calendar(IdentifiedModel):
    """One version of an organisation's working hours. Clocks keep the version they started with.

    A version never changes: other hours are the next version, to which departments and standards move.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="calendars", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=80, validators=[refuse_control_characters])
    version = models.PositiveIntegerField(_("version"), default=1)
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        related_name="earlier_versions",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("replaced by"),
        help_text=_("The version that is in force now; empty for that one."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Africa/Johannesburg", validators=[validate_time_zone]
    )
    around_the_clock = models.BooleanField(_("around the clock"), default=False)
    public_holidays_until = models.PositiveSmallIntegerField(
        _("public holidays until"),
        null=True,
        blank=True,
        help_text=_("Those of later years are added by themselves; empty: nobody adds any."),
    )
    open_promises_follow = models.BooleanField(
        _("open promises follow"),
        default=False,
        help_text=_("Clocks that run by an earlier version go on by this one."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("made by"),
    )

    objects = CalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name", "version"], name="calendar_version_is_unique"
            ),
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=Q(replaced_by__isnull=True),
                name="calendar_is_in_force_once",
                violation_error_message=_("There is a calendar with this name already."),
            ),
            models.CheckConstraint(
                condition=~Q(replaced_by=F("id")), name="calendar_does_not_replace_itself"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="calendar_version_is_positive"),
            models.CheckConstraint(
                condition=Q(public_holidays_until__isnull=True)
                | Q(public_holidays_until__range=(FIRST_YEAR, LAST_YEAR)),
                name="calendar_holidays_are_of_our_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (v{self.version})"

    @property
    def is_in_force(self) -> bool:
        return self.replaced_by_id is None

    def hours(self) -> Hours:
        """What this version says. Reads intervals and exceptions (two queries), even around the clock."""
        return read_rows(self.pk, self.time_zone, around_the_clock=self.around_the_clock)

    def working_calendar(self) -> WorkingCalendar:
        """The hours as a value to calculate with.

        The first time in a process it reads intervals and exceptions (two queries), unless the calendar
        is open around the clock.
        """
        if self.around_the_clock:
            return WorkingCalendar(zone=ZoneInfo(self.time_zone), around_the_clock=True)
        return hours_of(self.pk, self.version, self.time_zone)


def read_rows(calendar_id: uuid.UUID, time_zone: str, *, around_the_clock: bool = False) -> Hours:
    """The hours that a version of a calendar has in its intervals and exceptions."""
    weekly: list[Intervals] = [()] * 7
    for interval in WorkingInterval.objects.filter(calendar=calendar_id).order_by("weekday", "starts_minute"):
        weekly[interval.weekday] += ((interval.starts_minute, interval.ends_minute),)
    days: dict[date, SpecialDay] = {}
    for row in CalendarException.objects.filter(calendar=calendar_id).order_by("date", "starts_minute"):
        before = days[row.date].hours if row.date in days else ()
        days[row.date] = SpecialDay(row.date, row.name, before + row.open_minutes())
    return Hours(time_zone, around_the_clock, tuple(weekly), tuple(days.values()))


# A version of a calendar never changes: new hours are a new version. So its hours are kept per process,
# with everything that was laid out for them.
@lru_cache(maxsize=256)
def hours_of(calendar_id: uuid.UUID, version: int, time_zone: str) -> WorkingCalendar:
    return read_rows(calendar_id, time_zone).working_calendar()


def _week_of(weekday: F, starts: F, ends: F) -> Func:
    """An interval in minutes of the week, and the same a week earlier: a Sunday night meets Monday."""
    begin, end = weekday * MINUTES_A_DAY + starts, weekday * MINUTES_A_DAY + ends
    week = 7 * MINUTES_A_DAY
    spans = [Func(begin, end, function="int4range"), Func(begin - week, end - week, function="int4range")]
    return Func(*spans, function="int4multirange", output_field=models.TextField())


def _part_of_day(starts: F, ends: F) -> Func:
    """An interval in minutes of its date; a closed date is all of it."""
    return Func(
        Coalesce(starts, 0),
        Coalesce(ends, LATEST_MINUTE),
        function="int4range",
        output_field=models.TextField(),
    )


class WorkingInterval(IdentifiedModel):
    """Open from one minute of a weekday to another."""

    calendar = models.ForeignKey(
        Calendar, on_delete=models.CASCADE, related_name="intervals", verbose_name=_("calendar")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts_minute = models.PositiveSmallIntegerField(_("from"), help_text=_("Minutes after midnight."))
    ends_minute = models.PositiveSmallIntegerField(
        _("to"), help_text=_("Minutes after the same midnight; the next day goes on up to 2880.")
    )

    class Meta:
        verbose_name = _("working interval")
        verbose_name_plural = _("working intervals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_minute__lt=F("ends_minute")), name="workinginterval_ends_after_start"
            ),
            models.CheckConstraint(condition=_BEGINS_ON_ITS_DAY, name="workinginterval_begins_on_its_day"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="workinginterval_weekday_is_known"),
            models.UniqueConstraint(
                fields=["calendar", "weekday", "starts_minute"], name="workinginterval_starts_once"
            ),
            ExclusionConstraint(
                name="workinginterval_overlaps_none",
                expressions=[
                    ("calendar", RangeOperators.EQUAL),
                    (_week_of(F("weekday"), F("starts_minute"), F("ends_minute")), RangeOperators.OVERLAPS),
                ],
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
                | Q(
                    starts_minute__isnull=False,
                    ends_minute__isnull=False,
                    starts_minute__lt=F("ends_minute"),
                ),
                name="calendarexception_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(starts_minute__isnull=True) | _BEGINS_ON_ITS_DAY,
                name="calendarexception_begins_on_its_day",
            ),
            models.UniqueConstraint(
                fields=["calendar", "date", "starts_minute"],
                name="calendarexception_starts_once",
                nulls_distinct=False,
            ),
            ExclusionConstraint(
                name="calendarexception_overlaps_none",
                expressions=[
                    ("calendar", RangeOperators.EQUAL),
                    ("date", RangeOperators.EQUAL),
                    (_part_of_day(F("starts_minute"), F("ends_minute")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"

    def open_minutes(self) -> Intervals:
        if self.starts_minute is None or self.ends_minute is None:
            return ()
        return ((self.starts_minute, self.ends_minute),)
