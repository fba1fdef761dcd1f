"""Custody of a locked ticket: who holds it, in working seconds. Called by other actions only."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import pgbulk

from common.bulk import new_row
from departments.models import Department
from tickets.actions.change import Change
from tickets.actions.custody_targets import freeze_targets
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
        begun = _begun(change, ticket.department.pk)
        freeze_targets([begun], {ticket.department.pk: ticket.department})
        begun.save(force_insert=True)


def hand_over_many(changes: Sequence[Change]) -> None:
    """The same as `hand_over` for many tickets on which work is owed, in a few statements."""
    keys = [change.ticket.pk for change in changes]
    held = {row.ticket_id: row for row in Custody.objects.filter(ticket_id__in=keys).held_now()}
    # Few departments hold many tickets: each is read once, with its hours.
    there = {custody.department_id for custody in held.values()}
    there |= {change.ticket.department_id for change in changes if change.ticket.department_id}
    departments = Department.objects.select_related("calendar").in_bulk(there)
    ended, begun = [], []
    for change in changes:
        custody = held.get(change.ticket.pk)
        if custody is not None and _holder_of(custody) == _holder_of(change.ticket):
            continue
        if custody is not None:
            custody.department = departments[custody.department_id]
            ended.append(_ended(custody, change))
        if change.ticket.department_id is not None:
            begun.append(_begun(change, change.ticket.department_id))
    pgbulk.update(Custody, ended, _ENDING)
    freeze_targets(begun, departments)
    Custody.objects.bulk_create(begun)


def first_custodies(changes: Sequence[Change]) -> list[Custody]:
    """The custody of new tickets, not written yet."""
    departments = {row.pk: row for change in changes if (row := change.ticket.department) is not None}
    held = [(change, change.ticket.department_id) for change in changes]
    begun = [_begun(change, department_id) for change, department_id in held if department_id is not None]
    freeze_targets(begun, departments, are_new=True)
    return begun


def _holder_of(row: Ticket | Custody) -> tuple[Any, Any, Any]:
    return row.department_id, row.stage_id, row.assignee_id


def _begun(change: Change, department_id: uuid.UUID) -> Custody:
    ticket = change.ticket
    return new_row(
        Custody,
        ticket=ticket,
        department_id=department_id,
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
