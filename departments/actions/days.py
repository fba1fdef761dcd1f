"""One date of a calendar at a time: a holiday, a part day, a day that is open for once.

Each makes the next version of the calendar, as every change of hours does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy

from common.errors import NotFound
from departments.actions.calendars import change_calendar
from departments.hours import SpecialDay
from departments.models import Calendar
from departments.working_time import Intervals


class NoSuchDay(NotFound):
    code = "no_such_day"
    sentence = gettext_lazy("This date has no hours of its own.")


def set_day(calendar: Calendar, *, day: date, name: str, hours: Intervals, acting_user: Any) -> Calendar:
    """Give a date hours of its own, none for closed, in place of what it had. Raises as `change_calendar`."""
    present = calendar.hours()
    others = [known for known in present.days if known.date != day]
    days = sorted([*others, SpecialDay(day, name.strip(), hours)], key=lambda known: known.date)
    return change_calendar(calendar, hours=replace(present, days=tuple(days)), acting_user=acting_user)


def remove_day(calendar: Calendar, *, day: date, acting_user: Any) -> Calendar:
    """Let a date have the hours of its weekday again. Raises NoSuchDay, and as `change_calendar`."""
    present = calendar.hours()
    days = tuple(known for known in present.days if known.date != day)
    if days == present.days:
        raise NoSuchDay(field="date")
    return change_calendar(calendar, hours=replace(present, days=days), acting_user=acting_user)
