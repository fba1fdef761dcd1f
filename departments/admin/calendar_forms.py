"""What is typed on a calendar's page."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from common.text import refuse_control_characters
from departments.admin.fields import HoursField, SpanField
from departments.enums import Weekday
from departments.hours import Hours

_FRIDAY, _AFTERNOON = 4, time(16, 0)
_USUAL_PROMISE = 8 * 3600
# How far from now a preview may lie.
_REACH = timedelta(days=3653)


def _line(label: Any, *, longest: int, **attributes: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=UnfoldAdminTextInputWidget(attrs=attributes),
        validators=[refuse_control_characters],
    )


def _tick(label: Any, help_text: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanWidget(), help_text=help_text)


def _zones() -> list[tuple[str, str]]:
    return [
        (name, name.replace("_", " "))
        for name in sorted(available_timezones())
        if "/" in name or name == "UTC"
    ]


class WeekForm(forms.Form):
    """A calendar's name and its usual week."""

    name = _line(gettext_lazy("Name"), longest=80)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=_zones, widget=UnfoldAdminSelectWidget()
    )
    around_the_clock = _tick(
        gettext_lazy("Around the clock"), gettext_lazy("For emergencies: every minute of every day counts.")
    )
    monday = HoursField(label=Weekday.MONDAY.label)
    tuesday = HoursField(label=Weekday.TUESDAY.label)
    wednesday = HoursField(label=Weekday.WEDNESDAY.label)
    thursday = HoursField(label=Weekday.THURSDAY.label)
    friday = HoursField(label=Weekday.FRIDAY.label)
    saturday = HoursField(label=Weekday.SATURDAY.label)
    sunday = HoursField(label=Weekday.SUNDAY.label)
    keeps_public_holidays = _tick(
        gettext_lazy("Closed on public holidays"),
        gettext_lazy("Those of this year and the next two are listed, and every year adds its own."),
    )

    @classmethod
    def facts_of(cls, name: str, hours: Hours, *, keeps_public_holidays: bool) -> dict[str, Any]:
        """What the form shows for these hours."""
        return {
            "name": name,
            "time_zone": hours.time_zone,
            "around_the_clock": hours.around_the_clock,
            "keeps_public_holidays": keeps_public_holidays,
            **{day.word: hours.weekly[day] for day in Weekday},
        }

    def hours(self, present: Hours | None = None) -> Hours:
        """What was typed, with the special dates that are there."""
        data = self.cleaned_data
        return Hours(
            time_zone=data["time_zone"],
            around_the_clock=data["around_the_clock"],
            weekly=tuple(data[day.word] for day in Weekday),
            days=present.days if present else (),
        )


class DayForm(forms.Form):
    """A date with hours of its own."""

    date = forms.DateField(
        label=gettext_lazy("Date"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )
    name = _line(gettext_lazy("What is on"), longest=120, placeholder=gettext_lazy("Stocktaking"))
    hours = HoursField(label=gettext_lazy("Open"), help_text=gettext_lazy("Empty: closed all day."))


class HolidaysForm(forms.Form):
    """A year whose public holidays are to be added."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int, widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        this_year = timezone.localdate().year
        years = [(str(year), str(year)) for year in range(this_year - 1, this_year + 6)]
        self.fields["year"].choices = years  # type: ignore[attr-defined]
        self.fields["year"].initial = str(this_year + 1)


class PreviewForm(forms.Form):
    """When would it be due: for a moment in the calendar's own time, and a typed time or a promise."""

    reported = forms.DateTimeField(
        label=gettext_lazy("Reported"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )
    within = SpanField(label=gettext_lazy("Promised within"), required=False, help_text="")
    # Of the standards of the calendar, which the page knows.
    standard: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None,
        label=gettext_lazy("or as promised for"),
        required=False,
        empty_label=gettext_lazy("the time above"),
        widget=UnfoldAdminSelectWidget(),
    )

    def __init__(self, data: Any, *, zone: ZoneInfo, standards: Any, **options: Any) -> None:
        asked = {"reported", "within", "standard"} & set(data)
        super().__init__(_with_usual(data, zone), **options)
        self.zone = zone
        self.is_asked = bool(asked)
        self.fields["standard"].queryset = standards  # type: ignore[attr-defined]

    def clean_reported(self) -> datetime:
        """The moment, in the calendar's zone whatever the reader's is."""
        typed: datetime = self.cleaned_data["reported"].replace(tzinfo=self.zone)
        if abs(typed - timezone.now()) > _REACH:
            raise forms.ValidationError(gettext_lazy("Choose a moment within ten years."))
        return typed


def _with_usual(data: Any, zone: ZoneInfo) -> dict[str, Any]:
    """What was asked for; else the coming Friday at four, which shows most of what hours can do."""
    given = {name: data[name] for name in ("reported", "within", "standard") if data.get(name)}
    today = timezone.localdate(timezone=zone)
    friday = datetime.combine(today + timedelta(days=(_FRIDAY - today.weekday()) % 7), _AFTERNOON)
    given.setdefault("reported", friday.isoformat(timespec="minutes"))
    if "standard" not in given:
        given.setdefault("within", "8 h")
    return given
