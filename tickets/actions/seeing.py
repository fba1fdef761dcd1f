"""Whoever looks at a ticket of theirs has read what happened to it. No event: it changes nothing."""

from __future__ import annotations

from accounts.models import User
from tickets.models import Seen, Ticket


def see_ticket(ticket: Ticket, *, acting_user: User) -> None:
    """Remember which version this person has looked at. Of two pages at once the last one counts: what
    is marked as news once too often is read again.
    """
    Seen.objects.bulk_create(
        [Seen(ticket=ticket, user=acting_user, version=ticket.version)],
        update_conflicts=True,
        unique_fields=["ticket", "user"],
        update_fields=["version"],
    )
