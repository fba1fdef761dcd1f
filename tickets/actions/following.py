"""To be kept informed without having the problem oneself."""

from __future__ import annotations

from accounts.models import User
from tickets.actions.change import changing
from tickets.enums import EventKind, Visibility
from tickets.models import Follow, Ticket
from tickets.workflow import Verb


def follow_ticket(ticket: Ticket, *, acting_user: User) -> Ticket:
    """Tell this person what becomes of the ticket. Doing it twice counts once."""
    with changing(ticket, Verb.FOLLOW, acting_user=acting_user) as change:
        _follow, is_new = Follow.objects.get_or_create(ticket=change.ticket, user=acting_user)
        if is_new:
            change.record_rule()
        return change.ticket


def unfollow_ticket(ticket: Ticket, *, acting_user: User) -> Ticket:
    """Tell them no more. Doing it without having followed changes nothing."""
    with changing(ticket, Verb.FOLLOW, acting_user=acting_user) as change:
        deleted, _per_model = change.ticket.follows.by(acting_user).delete()
        if deleted:
            change.record(EventKind.UNFOLLOWED, visibility=Visibility.STAFF)
        return change.ticket
