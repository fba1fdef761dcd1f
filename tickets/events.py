"""Recording what happened. Only `tickets.actions` calls this, so that events are findable."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from tickets.enums import EventKind, Visibility
from tickets.models import Ticket, TicketEvent
from tickets.wakeups import RELAY, wake_after_commit

Changes = Mapping[str, tuple[Any, Any]]

_BATCH = 1_000


def build_event(
    ticket: Ticket,
    kind: EventKind,
    *,
    acting_user: Any,
    visibility: Visibility,
    changes: Changes | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    on_behalf_of: str = "",
    occurred_at: datetime | None = None,
) -> TicketEvent:
    """The event about what a ticket is now, not written yet."""
    return TicketEvent(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        kind=kind,
        visibility=visibility,
        actor=signed_in(acting_user),
        on_behalf_of=on_behalf_of,
        note=note,
        changes={field: [plain(old), plain(new)] for field, (old, new) in (changes or {}).items()},
        data=dict(data or {}),
        department_id=ticket.department_id,
        stage_id=ticket.stage_id,
        assignee_id=ticket.assignee_id,
        ticket_version=ticket.version,
        occurred_at=occurred_at or timezone.now(),
    )


def write_events(events: Sequence[TicketEvent]) -> None:
    """Write events in the transaction of their changes, and wake the relay after its commit.

    Raises TransactionManagementError outside a transaction: an event without its change, or the
    other way round, must not be possible.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction of its change.")
    TicketEvent.objects.bulk_create(events, batch_size=_BATCH)
    wake_after_commit(RELAY)


def signed_in(user: Any) -> Any:
    """The person, or None for the system and for visitors who are not signed in."""
    return user if user is not None and user.is_authenticated else None


def plain(value: Any) -> Any:
    """A field's value as JSON keeps it: rows by their key, times in ISO 8601."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, uuid.UUID):
        return str(value)
    return value
