"""Custody of a locked ticket: who holds it, in working seconds. Called by other actions only."""

from __future__ import annotations

from tickets.actions.change import Change
from tickets.models import Custody
from tickets.workflow import UNSETTLED


def hand_over(change: Change) -> None:
    """End the present custody if somebody else holds the ticket now, and start theirs.

    Nobody holds a ticket on which no work is owed, whoever is named on it.
    """
    ticket = change.ticket
    if ticket.status not in UNSETTLED:
        release_custody(change)
        return
    held = ticket.custodies.held_now().select_related("department__calendar").first()
    holder = (ticket.department_id, ticket.stage_id, ticket.assignee_id)
    if held is not None and (held.department_id, held.stage_id, held.assignee_id) == holder:
        return
    if held is not None:
        _end(held, change)
    if ticket.department_id is not None:
        Custody.objects.create(
            ticket=ticket,
            department_id=ticket.department_id,
            stage_id=ticket.stage_id,
            assignee_id=ticket.assignee_id,
            started_at=change.at,
        )


def release_custody(change: Change) -> None:
    """Nobody holds a ticket that waits for its reporter or is closed."""
    held = change.ticket.custodies.held_now().select_related("department__calendar").first()
    if held is not None:
        _end(held, change)


def _end(custody: Custody, change: Change) -> None:
    hours = custody.department.calendar.working_calendar()
    custody.ended_at = max(change.at, custody.started_at)
    custody.working_seconds = round(hours.between(custody.started_at, custody.ended_at))
    custody.save(update_fields=["ended_at", "working_seconds"])
