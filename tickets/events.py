"""Recording what happened. Only `tickets.actions` calls this, so that events are findable."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from common.bulk import copy_rows, new_row
from common.identifiers import new_id
from tickets.enums import EventKind, Visibility
from tickets.models import Ticket, TicketEvent
from tickets.wakeups import RELAY, wake_after_commit

Changes = Mapping[str, tuple[Any, Any]]

# From so many on COPY is quicker than INSERT.
_MANY = 50


class Update:
    """What somebody does at once, in one moment, however many facts it comes to."""

    def __init__(self) -> None:
        self.key = new_id()

    @cached_property
    def at(self) -> datetime:
        """The moment in which it happens: not before the first lock was waited for."""
        return timezone.now()


_UPDATE: ContextVar[Update | None] = ContextVar("update", default=None)


@contextmanager
def one_update() -> Iterator[Update]:
    """Events recorded inside are one update: whoever follows all of them hears of it once.

    Inside another one it is part of that.
    """
    present = _UPDATE.get()
    if present is not None:
        yield present
        return
    update = Update()
    token = _UPDATE.set(update)
    try:
        yield update
    finally:
        _UPDATE.reset(token)


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
    update = _UPDATE.get()
    return new_row(
        TicketEvent,
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
        update_key=update.key if update else None,
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
    if len(events) < _MANY:
        TicketEvent.objects.bulk_create(events)
    else:
        copy_rows(events)
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
