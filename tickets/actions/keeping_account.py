"""What comes of a ticket's account is told on the ticket: a remedy that is overdue, an appeal.

Called by the apps above, which keep these accounts, in the transactions of their own changes.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from tickets.actions.batches import Batch, lock_rows
from tickets.actions.change import Change, lock_ticket
from tickets.enums import EventKind, Visibility
from tickets.models import Ticket, TicketEvent


@dataclass(frozen=True)
class Fact:
    """`data` names the row that it is about, and `answerable`, the department whose admins answer for it."""

    kind: EventKind
    visibility: Visibility
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def tell_account(ticket: Ticket, fact: Fact, *, acting_user: Any) -> TicketEvent:
    """Record one fact on its ticket. The ticket itself stays as it is."""
    change = Change(lock_ticket(ticket), acting_user=acting_user, at=timezone.now())
    return _record(change, fact)


def tell_accounts(facts: Mapping[uuid.UUID, Sequence[Fact]], *, acting_user: None) -> frozenset[uuid.UUID]:
    """Record facts on many tickets at once. Returns on which: those that somebody holds are left out."""
    batch = Batch(acting_user=acting_user, at=timezone.now())
    for ticket in lock_rows(Ticket.objects.filter(pk__in=list(facts))):
        for fact in facts[ticket.pk]:
            _record(batch.change(ticket), fact)
    batch.save()
    return frozenset(batch.tickets)


def _record(change: Change, fact: Fact) -> TicketEvent:
    return change.record(fact.kind, visibility=fact.visibility, note=fact.note, data=dict(fact.data))
