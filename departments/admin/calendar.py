"""Working hours, and the dates that differ."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability, has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ScopedModelAdmin, ScopedTabularInline
from departments.admin.fields import MinuteField, time_of_day
from departments.models import Calendar, CalendarException, WorkingInterval


class IntervalForm(forms.ModelForm[WorkingInterval]):
    starts_minute = MinuteField(label=gettext_lazy("From"))
    ends_minute = MinuteField(label=gettext_lazy("To"))

    class Meta:
        model = WorkingInterval
        fields = ("weekday", "starts_minute", "ends_minute")


class ExceptionForm(forms.ModelForm[CalendarException]):
    starts_minute = MinuteField(label=gettext_lazy("Open from"), required=False)
    ends_minute = MinuteField(label=gettext_lazy("Open to"), required=False)

    class Meta:
        model = CalendarException
        fields = ("date", "name", "starts_minute", "ends_minute")


class IntervalInline(ScopedTabularInline):
    model = WorkingInterval
    form = IntervalForm
    ordering = ("weekday", "starts_minute")
    verbose_name_plural = gettext_lazy("Working hours")


class ExceptionInline(ScopedTabularInline):
    model = CalendarException
    form = ExceptionForm
    ordering = ("date", "starts_minute")
    verbose_name_plural = gettext_lazy("Other dates: empty hours mean closed all day")


@admin.register(Calendar)
class CalendarAdmin(ScopedModelAdmin):
    """Clocks that run keep what they calculated; new hours hold from a clock's next start."""

    menu = MenuEntry(MenuGroup.DEPARTMENTS, "calendar_month", 30)
    list_display = ("name", "version", "hours", "time_zone")
    search_fields = ("name",)
    ordering = ("name", "-version")
    fields = ("organisation", "name", "version", "time_zone", "around_the_clock")
    inlines = (IntervalInline, ExceptionInline)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("intervals")

    def is_in_menu(self, user: Any) -> bool:
        return self.may_change(user) or has_capability_anywhere(user, Capability.VIEW_REPORTS)

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return self.may_add(user)
        return has_capability(user, Capability.MANAGE_ORGANISATION, row.organisation_id)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organisation", "version") if obj else ()

    @display(description=gettext_lazy("hours"))
    def hours(self, calendar: Calendar) -> str:
        if calendar.around_the_clock:
            return _("around the clock")
        intervals = sorted(calendar.intervals.all(), key=lambda row: (row.weekday, row.starts_minute))
        if not intervals:
            return _("never open")
        spans = sorted({(row.starts_minute, row.ends_minute) for row in intervals})
        hours = ", ".join(f"{time_of_day(start)}–{time_of_day(end)}" for start, end in spans)
        days = sorted({row.weekday for row in intervals})
        first, last = intervals[0].get_weekday_display(), intervals[-1].get_weekday_display()
        return f"{first} – {last}, {hours}" if len(days) > 1 else f"{first}, {hours}"
