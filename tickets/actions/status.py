"""A status asked for by its name, as other systems do: mapped onto the verb that leads there."""

from __future__ import annotations

from typing import Any

from tickets.actions.lifecycle import complete_ticket, reopen_ticket, resolve_ticket, respond, start_work
from tickets.actions.movement import NothingChanged
from tickets.enums import Source, Status
from tickets.models import Ticket
from tickets.workflow import TransitionNotAllowed


def change_status(
    ticket: Ticket,
    *,
    status: Status,
    note: str,
    acting_user: Any,
    source: Source = Source.API,
    expected_version: int | None = None,
) -> Ticket:
    """Use the verb that takes a ticket to this status; the verb checks again what it may do.

    Raises NothingChanged where it has the status already, TransitionNotAllowed for "open", which
    is where tickets begin and never return to, and what the verb raises.
    """
    common: dict[str, Any] = {"acting_user": acting_user, "expected_version": expected_version}
    if status == ticket.status:
        raise NothingChanged(field="status")
    if status == Status.IN_PROGRESS:
        if ticket.status == Status.OPEN:
            return start_work(ticket, note=note, **common)
        return reopen_ticket(ticket, reason=note, **common)
    if status == Status.RESPONDED:
        return respond(ticket, message=note, source=source, **common)
    if status == Status.RESOLVED:
        return resolve_ticket(ticket, note=note, **common)
    if status == Status.CLOSED:
        return complete_ticket(ticket, note=note, **common)
    raise TransitionNotAllowed
