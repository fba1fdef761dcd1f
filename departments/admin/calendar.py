"""Working hours, and the dates that differ. Every change makes the next version of a calendar."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http import HttpResponseRedirect as Redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.views import ChangeList

from accounts.enums import Capability
from accounts.permissions import has_capability, has_capability_anywhere
from accounts.queries import console_organisation
from common.admin import MenuEntry, MenuGroup, ScopedModelAdmin
from common.errors import DomainError
from departments.admin.calendar_forms import WeekForm
from departments.admin.calendar_page import (
    NEW_WEEK,
    add_refusal,
    calendar_url,
    change_from_page,
    new_calendar_from_page,
    show_calendar,
    show_new_calendar,
)
from departments.hours import write_interval
from departments.models import Calendar


class CalendarsInForce(ChangeList):
    """Earlier versions are found on the page of the one that replaced them."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        rows: Any = super().get_queryset(request, exclude_parameters)
        return rows.in_force()


@admin.register(Calendar)
class CalendarAdmin(ScopedModelAdmin):
    """The list shows what is in force; a page of its own stands for Django's form."""

    menu = MenuEntry(MenuGroup.DEPARTMENTS, "calendar_month", 30)
    list_display = ("name", "hours", "special_dates", "time_zone", "version")
    search_fields = ("name",)
    ordering = ("name", "-version")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.with_rows()

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return CalendarsInForce

    def rows_to_choose(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.in_force()

    def is_in_menu(self, user: Any) -> bool:
        return self.may_change(user) or has_capability_anywhere(user, Capability.VIEW_REPORTS)

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return self.may_add(user)
        return has_capability(user, Capability.MANAGE_ORGANISATION, row.organisation_id)

    # The page

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        calendar = self.get_object(request, object_id)
        may_change = self.may_change(request.user, calendar)
        context = self._page_context(request, calendar)

        def show(wrong: Any = None) -> HttpResponse:
            return show_calendar(request, calendar, context, may_change=may_change, wrong=wrong)

        if request.method != "POST":
            return show()
        if not may_change:
            raise PermissionDenied
        try:
            return change_from_page(request, calendar, show)
        except DomainError as refusal:
            return self.say_refusal(request, refusal)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        organisation = console_organisation(request.user)
        if organisation is None or not has_capability(
            request.user, Capability.MANAGE_ORGANISATION, organisation.pk
        ):
            raise PermissionDenied
        facts = WeekForm.facts_of("", NEW_WEEK, keeps_public_holidays=True)
        facts["time_zone"] = organisation.time_zone
        form = WeekForm(request.POST) if request.method == "POST" else WeekForm(initial=facts)
        if request.method == "POST" and form.is_valid():
            try:
                return Redirect(calendar_url(new_calendar_from_page(organisation, form, request.user)))
            except DomainError as refusal:
                add_refusal(form, refusal)
        return show_new_calendar(request, self._page_context(request, None), form)

    def _page_context(self, request: HttpRequest, calendar: Calendar | None) -> dict[str, Any]:
        self.head(request)
        context: dict[str, Any] = self.admin_site.each_context(request)
        return context | {"opts": self.opts, "original": calendar}

    # Columns

    @display(description=gettext_lazy("hours"))
    def hours(self, calendar: Calendar) -> str:
        if calendar.around_the_clock:
            return _("around the clock")
        intervals = sorted(calendar.intervals.all(), key=lambda row: (row.weekday, row.starts_minute))
        if not intervals:
            return _("only on special dates")
        spans = sorted({(row.starts_minute, row.ends_minute) for row in intervals})
        hours = ", ".join(write_interval(span) for span in spans)
        days = sorted({row.weekday for row in intervals})
        first, last = intervals[0].get_weekday_display(), intervals[-1].get_weekday_display()
        return f"{first} – {last}, {hours}" if len(days) > 1 else f"{first}, {hours}"

    @display(description=gettext_lazy("special dates"))
    def special_dates(self, calendar: Calendar) -> str:
        dates = {row.date for row in calendar.exceptions.all()}
        return str(len(dates)) if dates else "–"
