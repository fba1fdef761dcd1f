"""Times as people write them: the hours of a day for minutes, hours and minutes for seconds."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from common.errors import DomainError
from departments.hours import read_hours, write_hours
from departments.models import LONGEST_PROMISE
from departments.presence import clock_time
from departments.working_time import MINUTES_A_DAY, Intervals

_TIME_OF_DAY = re.compile(r"^(\d{1,2})[:h.](\d{2})$")
_PART = re.compile(r"(\d+)\s*(h|hours?|min|minutes?|m|s|seconds?)\b", re.IGNORECASE)
_SECONDS = {"h": 3600, "m": 60, "s": 1}


def span_words(seconds: int) -> str:
    """`4 h 30 min`, exact, so that what is shown can be typed again."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (left, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"


class HoursField(forms.CharField):
    """The open hours of one day, kept as minutes after its midnight; nothing for a closed day."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminTextInputWidget(
            attrs={"placeholder": gettext_lazy("closed"), "autocomplete": "off"}
        )
        super().__init__(max_length=200, required=False, widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return write_hours(value) if isinstance(value, tuple) else value

    def clean(self, value: Any) -> Intervals:
        try:
            return read_hours(super().clean(value))
        except DomainError as refusal:
            raise ValidationError(refusal.message) from refusal


class MinuteField(forms.CharField):
    """A time of day, kept as minutes after midnight."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"placeholder": "08:00", "size": 6, "inputmode": "numeric"})
        super().__init__(max_length=5, widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return clock_time(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        typed = super().clean(value)
        if not typed:
            return None
        found = _TIME_OF_DAY.match(typed.strip())
        minute = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else -1
        if not 0 <= minute <= MINUTES_A_DAY:
            raise ValidationError(_("Write a time of day such as 08:00; midnight at the end is 24:00."))
        return minute

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class SpanField(forms.CharField):
    """A length of time, typed in hours and minutes, kept in seconds."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", gettext_lazy("In hours and minutes: 4 h, 1 h 30 min, 45 min."))
        widget = UnfoldAdminTextInputWidget(attrs={"placeholder": "4 h", "size": 12})
        super().__init__(max_length=40, widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return span_words(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        typed = super().clean(value).strip()
        if not typed:
            return None
        if _PART.sub("", typed).strip(" ,"):
            raise ValidationError(_("Write it in hours and minutes: 4 h, 1 h 30 min, 45 min."))
        seconds = sum(int(number[:9]) * _SECONDS[unit[0].lower()] for number, unit in _PART.findall(typed))
        if not 1 <= seconds <= LONGEST_PROMISE:
            raise ValidationError(_("This is too short or too long."))
        return seconds

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))
