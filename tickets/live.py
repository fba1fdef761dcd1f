"""What live readers are told, which of it one reader may see, and what they asked for.

Pure predicates: a stream asks them for each reader and event, without a query. Each has a second form for
the database: `feed.readable_events` and `feed.wanted_events`; a test compares them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tickets.enums import EventKind, Visibility
from tickets.permissions import can_view_as_staff, is_reporter

if TYPE_CHECKING:
    from tickets.models import TicketEvent

CREATED, UPDATED, DELETED = "ticket_created", "ticket_updated", "ticket_deleted"
LIVE_NAMES = (CREATED, UPDATED, DELETED)
_NAMES_OF_KINDS = {EventKind.CREATED: CREATED, EventKind.WITHDRAWN: DELETED}
NOTHING = uuid.UUID(int=0)


def live_name(kind: str) -> str:
    """The name that front ends listen for; there are three."""
    return _NAMES_OF_KINDS.get(EventKind(kind), UPDATED)


def kinds_named(name: str) -> frozenset[str]:
    """The kinds of event that have this live name."""
    return frozenset(kind.value for kind in EventKind if live_name(kind) == name)


def may_see_event(user: Any, event: TicketEvent) -> bool:
    """Whether the reader sees this part of the ticket. Reads `event.ticket`.

    The same parts as `permissions.visible_parts`, but also of tickets that were withdrawn: whoever could
    see one must be told that it is gone.
    """
    ticket = event.ticket
    if event.visibility == Visibility.CONCERNED:
        return False
    if can_view_as_staff(user, ticket):
        return True
    if is_reporter(user, ticket):
        return event.visibility != Visibility.STAFF
    return ticket.is_public and event.visibility == Visibility.PUBLIC


@dataclass(frozen=True)
class Wanted:
    """What a reader of the feed asks for; None asks for all of it.

    A department wants what happened while it held the ticket, and that the ticket came and went.
    """

    organisation_id: uuid.UUID | None = None
    ticket_id: uuid.UUID | None = None
    department_id: uuid.UUID | None = None
    project_id: uuid.UUID | None = None
    kinds: frozenset[str] | None = None

    def includes(self, event: TicketEvent) -> bool:
        """Reads `event.ticket` where a project is asked for."""
        # Asked for every reader of every event: hashing four keys each time was most of the work.
        return (
            (self.organisation_id is None or self.organisation_id == event.organisation_id)
            and (self.ticket_id is None or self.ticket_id == event.ticket_id)
            and (self.kinds is None or event.kind in self.kinds)
            and (self.department_id is None or self._concerns_department(event))
            and (self.project_id is None or event.ticket.project_id == self.project_id)
        )

    def _concerns_department(self, event: TicketEvent) -> bool:
        if event.department_id == self.department_id:
            return True
        before, _after = event.changes.get("department", (None, None))
        return bool(before == str(self.department_id))
