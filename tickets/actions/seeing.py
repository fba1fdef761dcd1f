"""Whoever looks at a ticket of theirs has read what happened to it. No event: it changes nothing."""

from __future__ import annotations

from accounts.models import User
from tickets.models import Seen, Ticket


def see_ticket(ticket: Ticket, *, acting_user: User) -> None:
    """Remember which version this person has looked at. Never goes back to an older one."""
    Seen.objects.bulk_create(
        [Seen(ticket=ticket, user=acting_user, version=ticket.version)],
        update_conflicts=True,
        unique_fields=["ticket", "user"],
        update_fields=["version"],
    )
