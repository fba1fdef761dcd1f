"""A ticket in words: where it is, what was promised, whose turn it is. Always with a shape and a tone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department
from tickets.enums import Outcome, Status
from tickets.models import Ticket

# Less time than this before the promised moment reads as expiring.
SOON = timedelta(hours=24)

_UNSETTLED = {Status.OPEN, Status.IN_PROGRESS}
_FIXED = {Outcome.VERIFIED, Outcome.UNVERIFIED, Outcome.COMPLETED}
_LOOKS = {
    Status.OPEN: ("open", "open"),
    Status.IN_PROGRESS: ("progress", "in-progress"),
    Status.RESPONDED: ("open", "responded"),
    Status.RESOLVED: ("verified", "resolved"),
    Status.CLOSED: ("quiet", "closed"),
}
_OUTCOMES = {
    Outcome.VERIFIED: gettext_lazy("The fix was confirmed, so it counts."),
    Outcome.UNVERIFIED: gettext_lazy("Nobody confirmed the fix in time, so it does not count."),
    Outcome.NO_REPLY: gettext_lazy("The department asked something and got no reply."),
    Outcome.DUPLICATE: gettext_lazy("Somebody had reported the same problem before."),
    Outcome.REJECTED: gettext_lazy("The department did not take it on; the reason stands below."),
    Outcome.WITHDRAWN: gettext_lazy("It was taken back."),
    Outcome.COMPLETED: gettext_lazy("The work is done."),
}
# What a department's code or name says about its picture; codes are the city's own.
_ICONS = (
    ("road", "road"),
    ("storm", "road"),
    ("water", "water"),
    ("sanit", "water"),
    ("electr", "electricity"),
    ("energy", "electricity"),
    ("waste", "waste"),
    ("refuse", "waste"),
    ("park", "tree"),
    ("polic", "police"),
    ("law", "police"),
    ("health", "health"),
    ("hous", "house"),
)


@dataclass(frozen=True)
class Words:
    """One answer: a word, its tone and shape, a sentence more, and whether it asks for attention."""

    word: str
    tone: str
    shape: str
    detail: str = ""
    is_loud: bool = False


def day_and_time(moment: datetime) -> str:
    """`Thu 26 Nov, 14:00`, in the reader's time zone; with the year where it is not this one."""
    local = timezone.localtime(moment)
    this_year = local.year == timezone.localdate().year
    return date_format(local, "D j M, H:i" if this_year else "D j M Y, H:i")


def span(earlier: datetime, later: datetime) -> str:
    """The time between two moments in its largest unit: `2 days`."""
    return timesince(earlier, max(later, earlier + timedelta(minutes=1)), depth=1)


def department_icon(department: Department | None) -> str:
    if department is None:
        return "help"
    return _icon_of(f"{department.code} {department.name}".casefold())


@lru_cache(maxsize=256)
def _icon_of(name: str) -> str:
    return next((icon for part, icon in _ICONS if part in name), "help")


def status_words(ticket: Ticket, *, briefly: bool = False) -> Words:
    """Where the ticket is; briefly, as lists say it, without the sentence more."""
    status = Status(ticket.status)
    if status == Status.CLOSED:
        return _closed_words(ticket)
    tone, shape = _LOOKS[status]
    return Words(capfirst(str(status.label)), tone, shape, "" if briefly else _status_detail(ticket))


def _closed_words(ticket: Ticket) -> Words:
    outcome = Outcome(ticket.outcome)
    detail = str(_OUTCOMES[outcome])
    if outcome == Outcome.VERIFIED:
        return Words(capfirst(str(outcome.label)), "verified", "verified", detail)
    word = _("Closed: %(outcome)s") % {"outcome": outcome.label}
    return Words(word, "quiet", "closed", detail)


def _status_detail(ticket: Ticket) -> str:
    if ticket.status == Status.OPEN:
        if ticket.queued_at is not None:
            return _("Waiting for a free agent.")
        return _("An agent has it, not started yet.") if ticket.assignee_id else _("Nobody has taken it yet.")
    if ticket.status == Status.IN_PROGRESS:
        if ticket.reopened_count:
            return _("The fix did not hold: back to work.")
        started = ticket.started_at
        return _("Work started %(when)s.") % {"when": day_and_time(started)} if started else ""
    if ticket.status == Status.RESPONDED:
        return _("The department has answered and waits for a reply.")
    return _("The department says that it is fixed. It only counts when that is confirmed.")


def promise_words(ticket: Ticket, now: datetime, *, briefly: bool = False) -> Words | None:
    """What was promised and how that stands; None where nothing was or is promised."""
    if ticket.status in _UNSETTLED:
        return _running_promise(ticket, now, briefly=briefly)
    if ticket.status == Status.RESPONDED:
        detail = _("The time does not count while the department waits for a reply.")
        return Words(_("On hold"), "quiet", "clock", detail)
    if ticket.status == Status.RESOLVED or ticket.outcome in _FIXED:
        return _settled_promise(ticket, briefly=briefly)
    return None


def _running_promise(ticket: Ticket, now: datetime, *, briefly: bool) -> Words | None:
    due = ticket.expired_at or ticket.due_at
    if due is None:
        return None
    if due <= now:
        word = _("%(time)s late") % {"time": span(due, now)}
        detail = "" if briefly else f"{_promised(due)} {why_late(ticket, now)}"
        return Words(word, "overdue", "late", detail, is_loud=True)
    if due - now <= SOON:
        word = _("%(time)s left") % {"time": span(now, due)}
        return Words(word, "expiring", "hourglass", "" if briefly else _promised(due))
    word = _("By %(when)s") % {"when": day_and_time(due)}
    return Words(word, "quiet", "clock", "" if briefly else _("%(time)s left.") % {"time": span(now, due)})


def _promised(due: datetime) -> str:
    return _("Promised by %(when)s.") % {"when": day_and_time(due)}


def _settled_promise(ticket: Ticket, *, briefly: bool) -> Words | None:
    fixed = ticket.resolved_at or ticket.closed_at
    due = ticket.expired_at or ticket.due_at
    if due is None or fixed is None:
        return None
    promised = "" if briefly else _promised(due)
    if due < fixed:
        return Words(_("Missed by %(time)s") % {"time": span(due, fixed)}, "overdue", "late", promised)
    return Words(_("Kept, %(time)s early") % {"time": span(fixed, due)}, "verified", "check", promised)


def why_late(ticket: Ticket, now: datetime) -> str:
    """Why a promise was missed, as far as the ticket itself knows."""
    if ticket.queued_at is not None:
        return _("It has been waiting for a free agent for %(time)s.") % {"time": span(ticket.queued_at, now)}
    if ticket.status == Status.OPEN:
        if ticket.assigned_at is None:
            return _("Nobody has taken it.")
        return _("An agent has had it for %(time)s without starting.") % {
            "time": span(ticket.assigned_at, now)
        }
    if ticket.reopened_count:
        return _("The first fix did not hold.")
    if ticket.started_at is not None:
        return _("Work has been going on for %(time)s.") % {"time": span(ticket.started_at, now)}
    return ""


def turn_words(ticket: Ticket, *, is_mine: bool) -> Words:
    """Whose turn it is. `is_mine`: the reader is the one who reported it."""
    if ticket.status in _UNSETTLED:
        return _department_turn(ticket)
    if ticket.status == Status.CLOSED:
        return Words(_("Nobody’s"), "quiet", "check", _("This is settled."))
    until = day_and_time(ticket.auto_close_at) if ticket.auto_close_at else ""
    if ticket.status == Status.RESPONDED:
        detail = _("Answer by %(when)s, or it closes.") % {"when": until}
    else:
        detail = _("Confirm the fix or object by %(when)s.") % {"when": until}
    word = _("Yours") if is_mine else _("The reporter’s")
    return Words(word, "expiring", "user", detail, is_loud=is_mine)


def _department_turn(ticket: Ticket) -> Words:
    if ticket.department is None:
        return Words(_("The organisation’s"), "progress", "wrench", _("It has to find the right department."))
    if ticket.status == Status.OPEN:
        detail = _("%(department)s has to start.") % {"department": ticket.department.name}
    else:
        detail = _("%(department)s is on it.") % {"department": ticket.department.name}
    if ticket.stage is not None and ticket.status == Status.IN_PROGRESS:
        detail += " " + _("Step: %(stage)s.") % {"stage": ticket.stage.name}
    return Words(_("The department’s"), "progress", "wrench", detail)


@dataclass(frozen=True)
class Station:
    word: str
    state: str
    shape: str = ""


@dataclass(frozen=True)
class Track:
    """The way from reported to verified, and how far the ticket has come."""

    tone: str
    stations: list[Station]


def track(ticket: Ticket, now: datetime) -> Track | None:
    """The four stations of a ticket; None where it left the way without a fix."""
    if ticket.status == Status.CLOSED and ticket.outcome not in _FIXED:
        return None
    words = [_("Reported"), _("In progress"), _("Resolved"), _("Verified")]
    shapes = ["open", "in-progress", "resolved", "verified"]
    at = _station(ticket)
    promise = promise_words(ticket, now)
    late = ticket.status in _UNSETTLED and promise is not None and promise.is_loud
    tone = "overdue" if late else ("open", "progress", "verified", "verified")[at]
    done = [Station(word, "done", "check") for word in words[:at]]
    to_come = [Station(word, "next") for word in words[at + 1 :]]
    return Track(tone, [*done, Station(words[at], "now", shapes[at]), *to_come])


def _station(ticket: Ticket) -> int:
    if ticket.status == Status.OPEN:
        return 0
    if ticket.status in {Status.IN_PROGRESS, Status.RESPONDED}:
        return 1
    return 3 if ticket.outcome == Outcome.VERIFIED else 2
