"""Custody of a locked ticket: who holds it, in working seconds. Called by other actions only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pgbulk

from departments.models import Department
from tickets.actions.change import Change
from tickets.actions.escalation import pause_escalation, resume_escalation
from tickets.models import Custody, Ticket
from tickets.workflow import UNSETTLED

_ENDING = ["ended_at", "working_seconds"]


def hand_over(change: Change) -> None:
    """End the present custody if somebody else holds the ticket now, and start theirs.

    Nobody holds a ticket on which no work is owed, whoever is named on it.
    """
    ticket = change.ticket
    if ticket.status not in UNSETTLED:
        release_custody(change)
        return
    resume_escalation(change)
    held = ticket.custodies.held_now().select_related("department__calendar").first()
    if held is not None and _holder_of(held) == _holder_of(ticket):
        return
    if held is not None:
        _ended(held, change).save(update_fields=_ENDING)
    if ticket.department is not None:
        _begun(change, ticket.department).save(force_insert=True)


def hand_over_many(changes: Sequence[Change]) -> None:
    """The same as `hand_over` for many tickets on which work is owed, in a few statements."""
    keys = [change.ticket.pk for change in changes]
    rows = Custody.objects.filter(ticket_id__in=keys).held_now().select_related("department__calendar")
    held = {custody.ticket_id: custody for custody in rows}
    ended, begun = [], []
    for change in changes:
        custody = held.get(change.ticket.pk)
        if custody is not None and _holder_of(custody) == _holder_of(change.ticket):
            continue
        if custody is not None:
            ended.append(_ended(custody, change))
        if change.ticket.department is not None:
            begun.append(_begun(change, change.ticket.department))
    pgbulk.update(Custody, ended, _ENDING)
    Custody.objects.bulk_create(begun)


def _holder_of(row: Ticket | Custody) -> tuple[Any, Any, Any]:
    return row.department_id, row.stage_id, row.assignee_id


def _begun(change: Change, department: Department) -> Custody:
    ticket = change.ticket
    return Custody(
        ticket=ticket,
        department=department,
        stage_id=ticket.stage_id,
        assignee_id=ticket.assignee_id,
        started_at=change.at,
    )


def release_custody(change: Change) -> None:
    """Nobody holds a ticket that waits for its reporter or is closed."""
    pause_escalation(change)
    held = change.ticket.custodies.held_now().select_related("department__calendar").first()
    if held is not None:
        _ended(held, change).save(update_fields=_ENDING)


def _ended(custody: Custody, change: Change) -> Custody:
    hours = custody.department.calendar.working_calendar()
    custody.ended_at = max(change.at, custody.started_at)
    custody.working_seconds = round(hours.between(custody.started_at, custody.ended_at))
    return custody
