"""Clocks of a locked ticket: start, pause, resume, meet, breach. Called by other actions only.

A breach is dated at its due time, whoever notices it first: the action that comes too late or the
sweep. The promise to respond is kept by the first sign of work that the reporter can see: work starts,
an answer, a message, or the end. Whatever a clock freezes, the event of the change repeats, so that
`tickets.clock_history` can tell from the events alone how every clock must stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from common.bulk import copied
from departments.models import Calendar, Standard
from departments.queries import Ladders
from departments.working_time import WorkingCalendar
from tickets.actions.change import Change
from tickets.actions.escalation import begin_escalation
from tickets.actions.surroundings import Surroundings
from tickets.enums import ClockState, EventKind, Promise, Status, Visibility
from tickets.models import Clock, Ticket
from tickets.workflow import UNSETTLED, WARN_AT_SHARE

Terms = tuple[Standard, Calendar]


def start_clocks(change: Change, known: Surroundings | None = None) -> None:
    """Start what the standard of the ticket's category and priority promises, if anything."""
    for clock in new_clocks(change, known or Surroundings(change.ticket.organisation)):
        clock.save(force_insert=True)


def new_clocks(change: Change, known: Surroundings) -> Iterator[Clock]:
    """The clocks that start now, not written yet; what the ticket shows of them is written on it."""
    ticket = change.ticket
    terms = _terms_of(ticket, known)
    if terms is None:
        return
    standard, calendar = terms
    key = ("clocks", standard.pk, calendar.pk, change.at)
    for model, told in known.once(key, lambda: _begun(standard, calendar, change.at)):
        if model.promise == Promise.RESPOND and ticket.status != Status.OPEN:
            continue
        clock = copied(model, ticket=ticket)
        change.promise(told)
        _show_due(change, clock)
        yield clock


def _begun(standard: Standard, calendar: Calendar, at: datetime) -> list[tuple[Clock, dict[str, Any]]]:
    """Clocks of no ticket yet, with what is told of them: those of all tickets of one moment are alike."""
    hours = calendar.working_calendar()
    clocks = []
    for promise, seconds in _targets(standard):
        clock = Clock(
            promise=promise, standard=standard, calendar=calendar, target_seconds=seconds, started_at=at
        )
        _run(clock, at, hours)
        clocks.append((clock, _told(clock)))
    return clocks


def _targets(standard: Standard) -> list[tuple[Promise, int]]:
    return [
        (Promise.RESPOND, standard.respond_within_seconds),
        (Promise.RESOLVE, standard.resolve_within_seconds),
    ]


def _calendar_of(ticket: Ticket, standard: Standard | None) -> Calendar | None:
    if standard is not None and standard.calendar is not None:
        return standard.calendar
    return ticket.department.calendar if ticket.department is not None else None


def _run(clock: Clock, at: datetime, hours: WorkingCalendar) -> None:
    # More may be used up than a new target gives: then it is due now, not in the past.
    left = max(clock.target_seconds - clock.elapsed_seconds, 0)
    clock.state = ClockState.RUNNING
    clock.running_since = at
    clock.paused_at = None
    clock.stopped_at = None
    clock.due_at = hours.add(at, left)
    warn_after = clock.target_seconds * WARN_AT_SHARE - clock.elapsed_seconds
    clock.warn_at = hours.add(at, max(warn_after, 0))


def _bank(clock: Clock, at: datetime) -> None:
    """Add what ran since `running_since` to the time used up."""
    if clock.running_since is not None:
        ran = clock.calendar.working_calendar().between(clock.running_since, at)
        clock.elapsed_seconds += round(ran)
    clock.running_since = None


def _show_due(change: Change, clock: Clock) -> None:
    if clock.promise == Promise.RESOLVE:
        change.write(due_at=clock.due_at)


def _tell(change: Change, clock: Clock) -> None:
    change.promise(_told(clock))


def _told(clock: Clock) -> dict[str, Any]:
    return {
        "promise": str(clock.promise),
        "target_seconds": clock.target_seconds,
        "calendar": str(clock.calendar_id),
        "standard": str(clock.standard_id),
    }


def breach_what_is_due(change: Change) -> None:
    """Mark every clock that ran out by now, dated at its due time, before anything else happens."""
    ladders = Ladders()
    for clock in change.ticket.clocks.due_by(change.at).select_related("calendar"):
        run_out(change, clock, ladders)
        clock.save(update_fields=RUN_OUT_FIELDS)


# What `run_out` writes of a clock.
RUN_OUT_FIELDS = ["state", "breached_at", "elapsed_seconds", "running_since"]


def run_out(change: Change, clock: Clock, ladders: Ladders) -> None:
    """A promise is broken, at its due time. The caller saves the clock, alone or with many others.

    The ticket stays open; the event holds who had it when the time ran out.
    """
    due_at = clock.due_at or change.at
    clock.state = ClockState.BREACHED
    clock.breached_at = due_at
    # A target that had been used up when it was set was due at once, with more than it on the clock.
    clock.elapsed_seconds = max(clock.elapsed_seconds, clock.target_seconds)
    clock.running_since = None
    pending, change.changes = change.changes, {}
    if clock.promise == Promise.RESOLVE:
        begin_escalation(change, clock, ladders)
        change.write(expired_at=due_at)
        change.record(EventKind.EXPIRED, occurred_at=due_at, by_system=True)
    else:
        change.record(
            EventKind.RESPONSE_LATE, occurred_at=due_at, by_system=True, visibility=Visibility.STAFF
        )
    change.changes = pending


def meet(change: Change, promise: Promise) -> None:
    """Stop the clock of a promise that was kept; one that ran out stays breached."""
    for clock in change.ticket.clocks.live().for_promise(promise).select_related("calendar"):
        _bank(clock, change.at)
        clock.state = ClockState.MET
        clock.stopped_at = change.at
        clock.paused_at = None
        clock.save()


def pause_clocks(change: Change) -> None:
    """Stop counting while somebody else has to act. Nothing is due until it goes on."""
    for clock in change.ticket.clocks.running().select_related("calendar"):
        _bank(clock, change.at)
        clock.state = ClockState.PAUSED
        clock.paused_at = change.at
        clock.due_at = clock.warn_at = None
        clock.save()
        _show_due(change, clock)


def resume_clocks(change: Change) -> None:
    """Go on from where paused clocks stopped."""
    for clock in change.ticket.clocks.paused().select_related("calendar"):
        _run(clock, change.at, clock.calendar.working_calendar())
        clock.save()
        _show_due(change, clock)


def take_back_resolution(change: Change) -> None:
    """The work was not done after all: the promise to resolve goes on from where it stopped.

    A clock that was met or cancelled did not follow a new priority; now it does.
    """
    for clock in change.ticket.clocks.for_promise(Promise.RESOLVE).select_related("calendar"):
        if clock.state in {ClockState.MET, ClockState.CANCELLED} and _was_changed_since(change, clock):
            _freeze(change, clock, _terms_of(change.ticket))
        if clock.state in {ClockState.MET, ClockState.CANCELLED, ClockState.PAUSED}:
            _run(clock, change.at, clock.calendar.working_calendar())
            clock.save()
            _show_due(change, clock)


def _was_changed_since(change: Change, clock: Clock) -> bool:
    """Whether the ticket got another priority or category after this clock stopped."""
    kinds = (EventKind.PRIORITY_CHANGED, EventKind.ROUTED)
    events = change.ticket.events.of_kind(*kinds)
    return clock.stopped_at is not None and events.later_than(clock.stopped_at).exists()


def cancel_clocks(change: Change) -> None:
    """Nothing is owed any more."""
    for clock in change.ticket.clocks.live().select_related("calendar"):
        _bank(clock, change.at)
        clock.state = ClockState.CANCELLED
        clock.stopped_at = change.at
        clock.paused_at = None
        clock.save()


def revive_clocks(change: Change) -> None:
    """The end was none: what it cancelled goes on from where it stopped, or waits with the ticket."""
    waits = change.ticket.status == Status.RESPONDED
    for clock in change.ticket.clocks.cancelled().select_related("calendar"):
        _run(clock, change.at, clock.calendar.working_calendar())
        if waits:
            clock.state = ClockState.PAUSED
            clock.paused_at = change.at
            clock.running_since = clock.due_at = clock.warn_at = None
        clock.save()
        _show_due(change, clock)


def retarget_clocks(change: Change) -> None:
    """Category or priority changed: carry the time used to the new targets, in their working time.

    A ticket on which work is owed and that had no promise gets one from now on; a promise that ran
    out stays broken. Where nothing is promised now, what was promised goes on: nobody gets rid of a
    promise by calling the problem something else.
    """
    ticket = change.ticket
    terms = _terms_of(ticket)
    clocks = list(ticket.clocks.select_related("calendar"))
    if not clocks and ticket.status in UNSETTLED:
        start_clocks(change)
    for clock in clocks if terms else ():
        if clock.state in {ClockState.RUNNING, ClockState.PAUSED}:
            _bank(clock, change.at)
            _freeze(change, clock, terms)
            _go_on(change, clock)


def _terms_of(ticket: Ticket, known: Surroundings | None = None) -> Terms | None:
    """What is promised for the ticket's category and priority now, and in whose hours."""
    standard = (known or Surroundings(ticket.organisation)).standard(ticket.category, ticket.priority)
    calendar = _calendar_of(ticket, standard)
    return None if standard is None or calendar is None else (standard, calendar)


def _freeze(change: Change, clock: Clock, terms: Terms | None) -> None:
    if terms is not None:
        clock.standard, clock.calendar = terms
        clock.warned_at = None
        clock.target_seconds = dict(_targets(clock.standard))[Promise(clock.promise)]
        _tell(change, clock)


def follow_new_hours(change: Change) -> list[Calendar]:
    """Let live clocks go on by the version of their calendar that is in force, from now on.

    What was used up so far stays used up. Returns the versions that they go on by.
    """
    clocks = list(change.ticket.clocks.to_follow().select_related("calendar__replaced_by"))
    for clock in clocks:
        _bank(clock, change.at)
        clock.calendar = clock.calendar.replaced_by or clock.calendar
        clock.warned_at = None
        _tell(change, clock)
        _go_on(change, clock)
    return list(dict.fromkeys(clock.calendar for clock in clocks))


def _go_on(change: Change, clock: Clock) -> None:
    """Save a banked clock, running on where it ran."""
    if clock.state == ClockState.RUNNING:
        _run(clock, change.at, clock.calendar.working_calendar())
    clock.save()
    _show_due(change, clock)
