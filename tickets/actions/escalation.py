"""Up the ladder: an expired ticket is escalated step by step until no work is owed on it.

Called by other actions for a locked ticket, and by the sweep for many.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from departments.enums import EscalationAudience
from departments.escalation import Step
from departments.queries import Ladders
from tickets.actions.batches import BATCH, Batch, Due, due_rows, lock_rows, sweep
from tickets.actions.change import Change
from tickets.enums import EventKind, Promise, Visibility
from tickets.models import Clock, Ticket


def escalate_due_tickets(*, acting_user: None, batch: int = BATCH) -> int:
    """Take the next step with every ticket whose time for it has come. Returns how many."""
    now = timezone.now()
    waiting = Ticket.objects.escalating_by(now)

    def due(last: Due | None) -> list[Due]:
        tickets = waiting if last is None else waiting.escalating_behind(*last[:2])
        return due_rows(tickets.values_list("escalate_at", "pk", "pk")[:batch])

    def escalate(ticket_ids: Sequence[uuid.UUID]) -> int:
        return _escalate(ticket_ids, acting_user=acting_user, at=now)

    return sweep(due, escalate)


def _escalate(ticket_ids: Sequence[uuid.UUID], *, acting_user: None, at: datetime) -> int:
    tickets = lock_rows(Ticket.objects.escalating_by(at).filter(pk__in=ticket_ids))
    clocks = Clock.objects.filter(ticket__in=tickets).for_promise(Promise.RESOLVE).select_related("calendar")
    by_ticket = {clock.ticket_id: clock for clock in clocks}
    ladders, batch, ended = Ladders(), Batch(acting_user=acting_user, at=at), []
    for ticket in tickets:
        steps = ladders.steps(ticket.organisation_id, ticket.department_id)
        if ticket.escalation_level < len(steps):
            _take_step(batch.change(ticket), steps, by_ticket[ticket.pk])
        else:
            # The ladder has become shorter, or the organisation keeps no account any more.
            ended.append(ticket.pk)
    Ticket.objects.filter(pk__in=ended).update(escalate_at=None)
    batch.save()
    return len(batch.tickets)


def _take_step(change: Change, steps: Sequence[Step], clock: Clock) -> None:
    ticket = change.ticket
    step = steps[ticket.escalation_level]
    level = ticket.escalation_level + 1
    change.timers |= {"escalate_at"}
    ticket.escalate_at = _next_step_at(steps, level, clock, ticket.escalate_at or change.at)
    change.write(escalation_level=level)
    change.record(
        EventKind.ESCALATED,
        by_system=True,
        visibility=Visibility.STAFF,
        data={"level": level, "audience": _audience(step, ticket), "delay_seconds": step.delay_seconds},
    )


def _next_step_at(steps: Sequence[Step], level: int, clock: Clock, since: datetime) -> datetime | None:
    """When the step after this level comes, counted from the moment of this one."""
    if level >= len(steps):
        return None
    waits = steps[level].delay_seconds - (steps[level - 1].delay_seconds if level else 0)
    return clock.calendar.working_calendar().add(since, waits)


def _audience(step: Step, ticket: Ticket) -> str:
    """Where nobody has the ticket, the agent's step is the department admins'."""
    if step.audience == EscalationAudience.ASSIGNEE and ticket.assignee_id is None:
        return EscalationAudience.DEPARTMENT_ADMINS.value
    return str(step.audience)


def begin_escalation(change: Change, clock: Clock, ladders: Ladders) -> None:
    """The promise ran out: wind up the timer for the first step. Saved with the next event."""
    steps = ladders.steps(change.ticket.organisation_id, change.ticket.department_id)
    change.timers |= {"escalate_at"}
    change.ticket.escalate_at = _next_step_at(steps, 0, clock, clock.due_at or change.at)


def pause_escalation(change: Change) -> None:
    """No work is owed for now: keep how long it was to the next step."""
    ticket = change.ticket
    if ticket.escalate_at is not None:
        hours = _clock_of(ticket).calendar.working_calendar()
        _set(ticket, at=None, left=round(hours.between(change.at, ticket.escalate_at)))


def resume_escalation(change: Change) -> None:
    """Work is owed again: the next step comes after what was left."""
    ticket = change.ticket
    if ticket.escalation_left_seconds is not None:
        hours = _clock_of(ticket).calendar.working_calendar()
        _set(ticket, at=hours.add(change.at, ticket.escalation_left_seconds), left=None)


def _clock_of(ticket: Ticket) -> Clock:
    return ticket.clocks.for_promise(Promise.RESOLVE).select_related("calendar").get()


def _set(ticket: Ticket, *, at: datetime | None, left: int | None) -> None:
    """A timer is no fact about the ticket: no event tells it."""
    ticket.escalate_at, ticket.escalation_left_seconds = at, left
    ticket.save(update_fields=["escalate_at", "escalation_left_seconds"])
