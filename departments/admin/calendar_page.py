"""The page of one calendar: its week, its special dates, what a promise means by it, and its versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http import HttpResponseRedirect as Redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.errors import DomainError, NotFound
from departments.actions.calendars import (
    add_public_holidays,
    change_calendar,
    create_calendar,
    delete_calendar,
)
from departments.actions.days import remove_day, set_day
from departments.admin.calendar_forms import DayForm, HolidaysForm, PreviewForm, WeekForm
from departments.admin.fields import span_words
from departments.calendar_sheet import CalendarSheet, read_sheet
from departments.hours import Hours
from departments.models import Calendar
from departments.preview import Stretch, due_after
from departments.queries import standards_counted_by

NEW_WEEK = Hours("Africa/Johannesburg", weekly=(((480, 960),),) * 5 + ((), ()))
Forms = dict[str, forms.Form]
Act = Callable[[Calendar, Any, Any], Calendar | None]


def calendar_url(calendar: Calendar) -> str:
    return reverse("admin:departments_calendar_change", args=[calendar.pk])


def show_calendar(
    request: HttpRequest,
    calendar: Calendar,
    context: dict[str, Any],
    *,
    may_change: bool,
    wrong: Forms | None = None,
) -> HttpResponse:
    """The page; `wrong` are forms that were refused, to be shown again with what was typed."""
    zone = ZoneInfo(calendar.time_zone)
    sheet = read_sheet(calendar, today=timezone.localdate(timezone=zone))
    preview = PreviewForm(request.GET, zone=zone, standards=standards_counted_by(calendar))
    shown = {**_fresh_forms(sheet), **(wrong or {})}
    for form in shown.values():
        form.label_suffix = ""
    context |= {
        "sheet": sheet,
        "calendar": calendar,
        "week": [(line, shown["week"][line.weekday.word]) for line in sheet.week],
        "forms": shown,
        "preview": preview,
        "answers": list(_answers(sheet, preview)),
        "may_change": may_change and calendar.is_in_force,
        "title": str(calendar.name),
    }
    return TemplateResponse(request, "console/calendar.html", context)


def show_new_calendar(request: HttpRequest, context: dict[str, Any], form: forms.Form) -> HttpResponse:
    form.label_suffix = ""
    context |= {"form": form, "title": _("A new calendar")}
    return TemplateResponse(request, "console/new_calendar.html", context)


def _fresh_forms(sheet: CalendarSheet) -> Forms:
    calendar = sheet.calendar
    facts = WeekForm.facts_of(
        calendar.name, sheet.hours, keeps_public_holidays=calendar.public_holidays_until is not None
    )
    return {"week": WeekForm(initial=facts), "day": DayForm(), "holidays": HolidaysForm()}


# What a promise means


@dataclass(frozen=True)
class Part:
    """Some days on the way to the due time."""

    when: str
    what: str
    is_closed: bool


@dataclass(frozen=True)
class Answer:
    """What the preview says of one promise: how it runs until when, or why it cannot."""

    label: str
    reported: str = ""
    due: str = ""
    way: Sequence[Part] = ()
    refusal: str = ""


def _answers(sheet: CalendarSheet, preview: PreviewForm) -> Iterator[Answer]:
    if not preview.is_valid():
        return
    hours = sheet.hours.working_calendar()
    for label, seconds in _asked(preview):
        written = label % {"time": span_words(seconds)}
        try:
            found = due_after(hours, preview.cleaned_data["reported"], seconds, names=sheet.names_of_days)
        except DomainError as refusal:
            yield Answer(written, refusal=refusal.message)
        else:
            way = [_part(stretch) for stretch in found.way]
            yield Answer(written, _moment(found.reported), _moment(found.due), way)


def _asked(preview: PreviewForm) -> Iterator[tuple[str, int]]:
    standard, within = preview.cleaned_data["standard"], preview.cleaned_data["within"]
    if within:
        yield _("Promised within %(time)s"), within
    if standard is not None:
        yield _("Answer within %(time)s"), standard.respond_within_seconds
        yield _("Fix within %(time)s"), standard.resolve_within_seconds


def _part(stretch: Stretch) -> Part:
    when = date_format(stretch.first, "D j M")
    if not stretch.is_one_day:
        when = f"{when} – {date_format(stretch.last, 'D j M')}"
    what = span_words(stretch.seconds) if stretch.seconds else _("closed")
    return Part(when, f"{what} · {stretch.name}" if stretch.name else what, not stretch.seconds)


def _moment(local: datetime) -> str:
    """`Fri 20 Mar, 16:00` in the calendar's zone; with the year where it is not this one."""
    this_year = local.year == timezone.localdate(timezone=local.tzinfo).year
    return date_format(local, "D j M, H:i" if this_year else "D j M Y, H:i")


# What was pressed


def change_from_page(
    request: HttpRequest, calendar: Calendar, show: Callable[[Forms], HttpResponse]
) -> HttpResponse:
    """Do what the pressed button says, and go to the version in force; `show` the form that was refused."""
    pressed = request.POST.get("act", "")
    if pressed not in _ACTS:
        raise NotFound
    form_class, act, said = _ACTS[pressed]
    form = form_class(request.POST)
    if not form.is_valid():
        return show({_FORMS.get(pressed, pressed): form})
    try:
        after = act(calendar, form, request.user)
    except DomainError as refusal:
        if not form.fields:
            messages.error(request, refusal.message)
            return Redirect(calendar_url(calendar))
        add_refusal(form, refusal)
        return show({_FORMS.get(pressed, pressed): form})
    if after is None:
        messages.success(request, _("%(name)s is deleted.") % {"name": calendar.name})
        return Redirect(reverse("admin:departments_calendar_changelist"))
    _say_so(request, calendar, after, said())
    return Redirect(calendar_url(after))


def _say_so(request: HttpRequest, before: Calendar, after: Calendar, said: str) -> None:
    if after.pk != before.pk:
        said = _("%(said)s Version %(version)d is in force.") % {"said": said, "version": after.version}
    messages.success(request, said)


def add_refusal(form: forms.Form, refusal: DomainError) -> None:
    """Show a refusal by the field that it is about, else above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def new_calendar_from_page(organisation: Any, form: Any, user: Any) -> Calendar:
    return create_calendar(
        organisation,
        name=form.cleaned_data["name"],
        hours=form.hours(),
        keeps_public_holidays=form.cleaned_data["keeps_public_holidays"],
        acting_user=user,
    )


def _save_week(calendar: Calendar, form: Any, user: Any) -> Calendar:
    return change_calendar(
        calendar,
        name=form.cleaned_data["name"],
        hours=form.hours(calendar.hours()),
        keeps_public_holidays=form.cleaned_data["keeps_public_holidays"],
        acting_user=user,
    )


def _save_day(calendar: Calendar, form: Any, user: Any) -> Calendar:
    day: date = form.cleaned_data["date"]
    name, hours = form.cleaned_data["name"], form.cleaned_data["hours"]
    return set_day(calendar, day=day, name=name, hours=hours, acting_user=user)


def _remove_day(calendar: Calendar, form: Any, user: Any) -> Calendar:
    return remove_day(calendar, day=form.cleaned_data["date"], acting_user=user)


def _add_holidays(calendar: Calendar, form: Any, user: Any) -> Calendar:
    return add_public_holidays(calendar, year=form.cleaned_data["year"], acting_user=user)


def _follow(calendar: Calendar, _form: Any, user: Any) -> Calendar:
    return change_calendar(calendar, apply_to_open_tickets=True, acting_user=user)


def _delete(calendar: Calendar, _form: Any, user: Any) -> None:
    delete_calendar(calendar, acting_user=user)


class _DateForm(forms.Form):
    date = forms.DateField()


class _NothingForm(forms.Form):
    pass


# What a button sends -> its form, what it does, what is said then.
_ACTS: dict[
    str, tuple[type[forms.Form], Callable[[Calendar, Any, Any], Calendar | None], Callable[[], str]]
] = {
    "week": (WeekForm, _save_week, lambda: _("The week is saved.")),
    "day": (DayForm, _save_day, lambda: _("The date is saved.")),
    "remove": (_DateForm, _remove_day, lambda: _("The date has its usual hours again.")),
    "holidays": (HolidaysForm, _add_holidays, lambda: _("The public holidays are added.")),
    "follow": (_NothingForm, _follow, lambda: _("Open tickets go on by these hours.")),
    "delete": (_NothingForm, _delete, str),
}
# Where the refusal of a button without a form of its own on the page is shown.
_FORMS = {"remove": "day"}
