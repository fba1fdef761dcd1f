"""What many people have is more urgent: so many supporters raise a ticket's priority, once."""

from __future__ import annotations

from departments.enums import Priority
from tickets.actions.change import Change
from tickets.actions.clocks import breach_what_is_due, retarget_clocks
from tickets.enums import EventKind, Status
from tickets.models import Ticket

# Where there is nothing to be quicker with.
_TOO_LATE = frozenset({Status.RESOLVED, Status.CLOSED})


def raise_where_many(change: Change) -> None:
    """One step up, by the system, when the supporters of a locked ticket have become enough.

    Once for a ticket: support that is taken back and given again raises nothing twice.
    """
    ticket = change.ticket
    least = supporters_to_raise(ticket)
    if not least or ticket.support_count < least or ticket.raised_at or ticket.status in _TOO_LATE:
        return
    if ticket.priority >= _highest(ticket):
        return
    breach_what_is_due(change)
    change.write(priority=ticket.priority + 1)
    retarget_clocks(change)
    ticket.raised_at = change.at
    change.timers.add("raised_at")
    change.record(EventKind.PRIORITY_CHANGED, data={"supporters": ticket.support_count}, by_system=True)


def supporters_to_raise(ticket: Ticket) -> int:
    """How many supporters it takes; 0 where no number of them does."""
    own = ticket.category.raise_at_supporters if ticket.category else None
    return ticket.organisation.raise_at_supporters if own is None else own


def _highest(ticket: Ticket) -> Priority:
    may_be_urgent = ticket.category is not None and ticket.category.may_raise_to_urgent
    return Priority.URGENT if may_be_urgent else Priority.HIGH
