"""A remedy that is not written is asked for: its department first, then who looks after the departments."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from accountability.models import Breach
from accountability.rules import REMINDERS, remind_at
from tickets.actions.batches import BATCH, Due, due_rows, sweep
from tickets.actions.keeping_account import Fact, tell_accounts
from tickets.enums import EventKind, Visibility


def remind_of_remedies(*, acting_user: None, batch: int = BATCH) -> int:
    """Take the next step with every breach whose time for it has come. Returns on how many tickets.

    Each step once, whoever sweeps at the same time: a breach that somebody holds is left to them.
    """
    now = timezone.now()
    waiting = Breach.objects.to_remind(now)

    def due(last: Due | None) -> list[Due]:
        breaches = waiting if last is None else waiting.to_remind_behind(*last[:2])
        return due_rows(breaches.values_list("remind_at", "pk", "ticket_id")[:batch])

    def remind(ticket_ids: Sequence[uuid.UUID]) -> int:
        return _remind(ticket_ids, acting_user=acting_user, at=now)

    return sweep(due, remind)


def _remind(ticket_ids: Sequence[uuid.UUID], *, acting_user: None, at: datetime) -> int:
    due = Breach.objects.to_remind(at).of_tickets(ticket_ids).select_related("department")
    breaches = list(due.select_for_update(skip_locked=True, of=("self",)))
    facts: defaultdict[uuid.UUID, list[Fact]] = defaultdict(list)
    for breach in breaches:
        facts[breach.ticket_id].append(_fact(breach))
    told = tell_accounts(facts, acting_user=acting_user)
    reminded = [breach for breach in breaches if breach.ticket_id in told]
    for breach in reminded:
        breach.reminders += 1
        breach.remind_at = remind_at(breach.created_at, breach.reminders)
    Breach.objects.bulk_update(reminded, ["reminders", "remind_at"])
    return len(told)


def _fact(breach: Breach) -> Fact:
    return Fact(
        EventKind.REMEDY_OVERDUE,
        Visibility.STAFF,
        data={
            "breach": str(breach.pk),
            "promise": breach.promise,
            "answerable": str(breach.department_id),
            "department": breach.department.name,
            "audience": REMINDERS[breach.reminders].audience.value,
        },
    )
