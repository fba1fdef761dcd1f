"""What live readers are told, and which of it one reader may see.

Pure predicates: a stream asks them for each reader and event, without a query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tickets.enums import EventKind
from tickets.permissions import can_view_as_staff, can_view_ticket, is_reporter, visible_parts

if TYPE_CHECKING:
    from tickets.models import TicketEvent

CREATED, UPDATED, DELETED = "ticket_created", "ticket_updated", "ticket_deleted"


def live_name(kind: str) -> str:
    """The name that front ends listen for; there are three."""
    return {EventKind.CREATED: CREATED, EventKind.WITHDRAWN: DELETED}.get(EventKind(kind), UPDATED)


def may_see_event(user: Any, event: TicketEvent) -> bool:
    """Whether the reader sees the ticket and this part of it. Reads `event.ticket`."""
    ticket = event.ticket
    if event.kind == EventKind.WITHDRAWN:
        # Whoever could see it until now has to be told that it is gone.
        return ticket.is_public or is_reporter(user, ticket) or can_view_as_staff(user, ticket)
    return can_view_ticket(user, ticket) and event.visibility in visible_parts(user, ticket)
