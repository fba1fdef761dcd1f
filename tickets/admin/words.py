"""A ticket in the words of the console: short, with a tone and a shape, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.enums import Priority
from tickets.desk import SOON
from tickets.enums import CallbackState, ClockState, Outcome, Status
from tickets.models import Callback, Clock, Custody, Ticket

# Less than this is no time that somebody waited.
_A_MOMENT = timedelta(minutes=1)

# The icons are names of the installed Material Symbols font.
_STATUS_LOOKS = {
    Status.OPEN: ("open", "radio_button_unchecked"),
    Status.IN_PROGRESS: ("progress", "construction"),
    Status.RESPONDED: ("waiting", "hourglass_top"),
    Status.RESOLVED: ("fixed", "task_alt"),
    Status.CLOSED: ("quiet", "lock"),
}
_PRIORITY_LOOKS = {
    Priority.LOW: ("quiet", "keyboard_arrow_down"),
    Priority.MEDIUM: ("quiet", "drag_handle"),
    Priority.HIGH: ("expiring", "keyboard_arrow_up"),
    Priority.URGENT: ("overdue", "keyboard_double_arrow_up"),
}
_UNSETTLED = {Status.OPEN, Status.IN_PROGRESS}


@dataclass(frozen=True)
class Word:
    """One answer: what it says, how loudly, with which shape."""

    text: str
    tone: str
    icon: str


def badge(word: Word) -> SafeString:
    return format_html(
        '<span class="c-badge c-badge--{}"><span class="c-icon" aria-hidden="true">{}</span>{}</span>',
        word.tone,
        word.icon,
        word.text,
    )


def moment(at: datetime) -> str:
    """`Thu 26 Nov, 14:00`; with the year where it is not this one."""
    local = timezone.localtime(at)
    this_year = local.year == timezone.localdate().year
    return date_format(local, "D j M, H:i" if this_year else "D j M Y, H:i")


def waiting_words(since: datetime, now: datetime) -> str:
    return _("just now") if now - since < _A_MOMENT else _("waits for %(time)s") % {"time": span(since, now)}


def span(earlier: datetime, later: datetime) -> str:
    """The time between two moments in its largest unit: `2 days`."""
    return timesince(earlier, later, depth=1).replace("\xa0", " ")


def working_span(seconds: int) -> str:
    """Working time in its largest units: `3 h 20 min`."""
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes = rest // 60
    if hours and minutes:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    if hours:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(minutes)d min") % {"minutes": minutes}


def status_word(ticket: Ticket) -> Word:
    status = Status(ticket.status)
    tone, icon = _STATUS_LOOKS[status]
    if status != Status.CLOSED:
        return Word(capfirst(str(status.label)), tone, icon)
    outcome = Outcome(ticket.outcome)
    if outcome == Outcome.VERIFIED:
        return Word(capfirst(str(outcome.label)), "fixed", "verified")
    return Word(_("Closed: %(outcome)s") % {"outcome": outcome.label}, tone, icon)


def priority_word(ticket: Ticket) -> Word:
    priority = Priority(ticket.priority)
    tone, icon = _PRIORITY_LOOKS[priority]
    return Word(capfirst(str(priority.label)), tone, icon)


def time_word(ticket: Ticket, now: datetime) -> Word | None:
    """How the promise to resolve stands: time left, late, on hold; None where nothing is owed."""
    if ticket.status == Status.RESPONDED:
        return Word(_("On hold"), "quiet", "pause_circle")
    if ticket.status == Status.RESOLVED:
        return _answer_word(ticket, now)
    if ticket.status not in _UNSETTLED:
        return None
    due = ticket.due_at or ticket.expired_at
    if due is None:
        return None
    if due <= now:
        return Word(_("%(time)s late") % {"time": span(due, now)}, "overdue", "error")
    tone, icon = ("expiring", "timer") if due - now <= SOON else ("quiet", "schedule")
    return Word(_("%(time)s left") % {"time": span(now, due)}, tone, icon)


def escalation_word(ticket: Ticket) -> Word | None:
    """How far up the ladder the ticket is; None where it is not, or where no work is owed any more."""
    if not ticket.escalation_level or ticket.status not in _UNSETTLED:
        return None
    text = _("Escalated, step %(level)d") % {"level": ticket.escalation_level}
    return Word(text, "overdue", "trending_up")


def _answer_word(ticket: Ticket, now: datetime) -> Word | None:
    if ticket.auto_close_at is None:
        return None
    if ticket.auto_close_at <= now:
        return Word(_("Closing"), "quiet", "hourglass_bottom")
    left = span(now, ticket.auto_close_at)
    return Word(_("%(time)s to confirm") % {"time": left}, "quiet", "hourglass_top")


def clock_word(clock: Clock, now: datetime) -> Word:
    """How one promise stands."""
    if clock.state == ClockState.PAUSED:
        left = working_span(clock.target_seconds - clock.elapsed_seconds)
        return Word(_("On hold, %(time)s left") % {"time": left}, "quiet", "pause_circle")
    if clock.state == ClockState.MET:
        return Word(_("Kept"), "fixed", "check_circle")
    if clock.state == ClockState.BREACHED:
        return Word(_("Missed"), "overdue", "error")
    if clock.state == ClockState.CANCELLED or clock.due_at is None:
        return Word(_("Not owed any more"), "quiet", "block")
    if clock.due_at <= now:
        return Word(_("%(time)s late") % {"time": span(clock.due_at, now)}, "overdue", "error")
    tone = "expiring" if clock.due_at - now <= SOON else "quiet"
    return Word(_("%(time)s left") % {"time": span(now, clock.due_at)}, tone, "timer")


def clock_detail(clock: Clock) -> str:
    """The facts behind: promised working time, the moment it is due, since when it pauses."""
    promised = _("%(time)s of working time") % {"time": working_span(clock.target_seconds)}
    at, sentence = {
        ClockState.RUNNING: (clock.due_at, _("due %(when)s")),
        ClockState.PAUSED: (clock.paused_at, _("paused %(when)s")),
        ClockState.MET: (clock.stopped_at, _("met %(when)s")),
        ClockState.BREACHED: (clock.breached_at, _("ran out %(when)s")),
        ClockState.CANCELLED: (clock.stopped_at, _("ended %(when)s")),
    }[ClockState(clock.state)]
    return f"{promised}, {sentence % {'when': moment(at)}}" if at else promised


def custody_span(custody: Custody, now: datetime) -> str:
    if custody.ended_at is None:
        return _("since %(when)s") % {"when": moment(custody.started_at)}
    held = working_span(custody.working_seconds or 0)
    return _("%(when)s, %(time)s of working time") % {"when": moment(custody.started_at), "time": held}


def custody_word(custody: Custody, now: datetime) -> Word | None:
    """How a custody stands to its department's internal target; None where it was kept, or there is none."""
    if custody.target_at is None:
        return None
    when = {"when": moment(custody.target_at)}
    if custody.is_over_target(now):
        return Word(_("Held too long, target %(when)s") % when, "overdue", "hourglass_disabled")
    if custody.ended_at is not None:
        return None
    return Word(_("Target %(when)s") % when, "quiet", "hourglass_top")


def call_word(callback: Callback, now: datetime) -> Word:
    """Whether somebody is to be called now, later, or not any more."""
    if callback.state != CallbackState.OPEN:
        return Word(capfirst(str(callback.get_state_display())), "quiet", "call_end")
    if callback.taken_by_id:
        return Word(_("Being called"), "progress", "phone_in_talk")
    if abs(now - callback.call_after) < _A_MOMENT:
        return Word(_("Due now"), "expiring", "call")
    if callback.call_after <= now:
        return Word(_("Due for %(time)s") % {"time": span(callback.call_after, now)}, "expiring", "call")
    return Word(_("In %(time)s") % {"time": span(now, callback.call_after)}, "quiet", "schedule")


def supporters(ticket: Ticket) -> str:
    count = ticket.support_count
    if not count:
        return ""
    return ngettext(
        "%(count)d other person has this problem", "%(count)d other people have this problem", count
    ) % {"count": count}
