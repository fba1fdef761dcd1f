"""Tickets that waited too long for a free agent: to the overflow department, else the admins are told."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, override

from departments.models import Department
from tickets.actions.assignment import overflow_time
from tickets.actions.change import CheckedChange, changing
from tickets.actions.movement import first_stage, transfer
from tickets.enums import EventKind, Visibility
from tickets.models import Ticket
from tickets.workflow import Verb

_BATCH = 500


def overflow_ticket(ticket: Ticket, *, acting_user: None) -> Ticket:
    """What its department's queue limit says must happen to a ticket that waited so long.

    A ticket overflows at most once out of each department, and never into one that it overflowed
    from: then, as where there is no overflow department, the department admins hear of it, once.
    """
    with changing(
        ticket, Verb.TRANSFER, acting_user=acting_user, note=_reason(ticket), note_field="reason"
    ) as change:
        target = _overflow_department(change.ticket)
        if target is not None:
            transfer(change, target, first_stage(target), is_overflow=True)
        else:
            _tell_admins(change)
        return change.ticket


def _reason(ticket: Ticket) -> str:
    with override(ticket.organisation.language):
        return gettext("Nobody was free in time.")


def _overflow_department(ticket: Ticket) -> Department | None:
    """Where the ticket goes; None where nothing is set, or where it would go round in circles."""
    target = ticket.department.overflow_department if ticket.department else None
    if target is None or not target.is_active or target.organisation_id != ticket.organisation_id:
        return None
    left = set(ticket.events.of_overflows().values_list("changes__department__0", flat=True))
    return None if left & {str(target.pk), str(ticket.department_id)} else target


def _tell_admins(change: CheckedChange) -> None:
    change.write(overflow_at=None)
    department = change.ticket.department.name if change.ticket.department else ""
    change.record(
        EventKind.WAITED_TOO_LONG,
        visibility=Visibility.STAFF,
        data={"department": department},
        by_system=True,
    )


def reset_queue_limits(department: Department) -> int:
    """The department's limit is another now: what waits there goes by the new one. Returns how many.

    No event: nothing has happened to these tickets yet.
    """
    changed = 0
    waiting = Ticket.objects.waiting_in([department.pk]).order_by("pk")
    last = uuid.UUID(int=0)
    while True:
        with transaction.atomic():
            rows: list[Any] = list(
                waiting.filter(pk__gt=last).select_for_update().only("pk", "queued_at")[:_BATCH]
            )
            for ticket in rows:
                ticket.overflow_at = overflow_time(department, ticket.queued_at)
            Ticket.objects.bulk_update(rows, ["overflow_at"])
        if not rows:
            return changed
        changed += len(rows)
        last = rows[-1].pk
