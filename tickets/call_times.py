"""When somebody can be called back: a few times as people say them, in the department's own hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from departments.working_time import CalendarNeverOpens, WorkingCalendar
from tickets.models import Ticket

# Before this a morning call wakes people, even where somebody works all night.
MORNING = time(8)
AFTERNOON = time(13)
# Later today: the latest of these at which somebody is still there.
LATER = (time(16), time(14), time(12))


@dataclass(frozen=True)
class CallTime:
    """One choice: its name in the form, in words, and not before when to call."""

    name: str
    label: str
    moment: datetime


def call_times(ticket: Ticket, now: datetime) -> list[CallTime]:
    """The choices from soonest to latest. Where no hours are known, as soon as possible."""
    calendar = ticket.department.calendar if ticket.department else None
    hours = calendar.working_calendar() if calendar else None
    try:
        return list(_times(hours, now))
    except CalendarNeverOpens:
        return list(_times(None, now))


def _times(hours: WorkingCalendar | None, now: datetime) -> Iterator[CallTime]:
    if hours is None:
        yield CallTime("now", _("As soon as possible"), now)
        return
    opens = hours.next_open(now)
    if opens <= now:
        yield CallTime("now", _("Now, as soon as somebody is free"), now)
    moments = (_at(now, clock) for clock in LATER)
    later = next((at for at in moments if now < at and hours.is_open(at)), None)
    if later is not None:
        yield CallTime("today", _("Today after %(time)s") % {"time": _clock(later)}, later)
    morning = hours.next_open(_at(now, MORNING) + timedelta(days=1))
    words = {"day": _day(morning, now), "time": _clock(morning)}
    yield CallTime("morning", _("%(day)s from %(time)s") % words, morning)
    afternoon = _at(morning, AFTERNOON)
    if morning < afternoon and hours.is_open(afternoon):
        words = {"day": _day(afternoon, now), "time": _clock(afternoon)}
        yield CallTime("afternoon", _("%(day)s after %(time)s") % words, afternoon)


def _at(moment: datetime, clock: time) -> datetime:
    """That time of the moment's day, in the present zone."""
    local = timezone.localtime(moment)
    return timezone.make_aware(datetime.combine(local.date(), clock))


def _clock(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "H:i")


def _day(moment: datetime, now: datetime) -> str:
    days = (timezone.localtime(moment).date() - timezone.localtime(now).date()).days
    return _("Tomorrow") if days == 1 else date_format(timezone.localtime(moment), "l")
