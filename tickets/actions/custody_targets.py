"""The internal target of a department: the moment at which a custody has used it up.

Working time cannot be measured in SQL. So the moment is worked out once, as the custody begins, and
whatever is asked afterwards compares two times.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import pgbulk
from django.db import transaction
from django.db.models import Sum

from departments.models import Department
from departments.working_time import CalendarNeverOpens
from tickets.models import Custody, Ticket

_BATCH = 500

# (ticket, department) -> working seconds that the department had the ticket before.
Used = Mapping[tuple[uuid.UUID, uuid.UUID], int]


def freeze_targets(
    custodies: Sequence[Custody], departments: Mapping[uuid.UUID, Department], *, are_new: bool = False
) -> None:
    """Write into custodies that begin when they have used up their department's target; None: never.

    What the department has used up already counts: from desk to desk, or sent away and back, a ticket
    gets no new time. Tickets that `are_new` have no past. No query where nobody has a target.
    """
    timed = [row for row in custodies if departments[row.department_id].custody_target_seconds is not None]
    used = {} if are_new or not timed else _used_before(timed)
    for custody in timed:
        before = used.get((custody.ticket_id, custody.department_id), 0)
        custody.target_at = _target_time(departments[custody.department_id], custody.started_at, before)


def _used_before(custodies: Iterable[Custody]) -> Used:
    ended = Custody.objects.of_tickets({custody.ticket_id for custody in custodies}).ended()
    rows = ended.values_list("ticket_id", "department_id").annotate(used=Sum("working_seconds"))
    return {(ticket_id, department_id): used for ticket_id, department_id, used in rows}


def _target_time(department: Department, started_at: datetime, used: int) -> datetime | None:
    if department.custody_target_seconds is None:
        return None
    try:
        hours = department.calendar.working_calendar()
        return hours.add(started_at, department.custody_target_seconds - used)
    except CalendarNeverOpens:
        return None


def reset_targets(department: Department) -> int:
    """The department's target or calendar is another now: what it has goes by the new one. Returns how many.

    What it handed on before keeps the target that it had then. No event: nothing has happened to
    these tickets.
    """
    changed = 0
    theirs = Ticket.objects.in_department(department.pk).unsettled().order_by("pk")
    last = uuid.UUID(int=0)
    while keys := list(theirs.filter(pk__gt=last).values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            # Whoever hands a ticket on holds its row.
            list(theirs.filter(pk__in=keys).select_for_update().only("pk"))
            changed += _reset(department, keys)
        last = keys[-1]
    return changed


def _reset(department: Department, ticket_ids: Sequence[uuid.UUID]) -> int:
    held = list(Custody.objects.of_tickets(ticket_ids).held_now().filter(department=department))
    for custody in held:
        custody.target_at = None
    freeze_targets(held, {department.pk: department})
    pgbulk.update(Custody, held, ["target_at"])
    return len(held)
