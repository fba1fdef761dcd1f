"""Me too: another resident with the same problem."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError
from tickets.actions.change import changing
from tickets.actions.raising import raise_where_many
from tickets.enums import EventKind, Visibility
from tickets.models import Support, Ticket
from tickets.permissions import is_reporter
from tickets.workflow import Verb


class OwnTicket(DomainError):
    code = "own_ticket"
    sentence = gettext_lazy("You reported this yourself: you are counted already.")


def support_ticket(ticket: Ticket, *, acting_user: User) -> Ticket:
    """Count this person as having the problem too. Doing it twice counts once.

    So many of them make it more urgent: see `raising`.
    """
    with changing(ticket, Verb.SUPPORT, acting_user=acting_user) as change:
        if is_reporter(acting_user, change.ticket):
            raise OwnTicket
        _support, is_new = Support.objects.get_or_create(ticket=change.ticket, user=acting_user)
        if is_new:
            change.write(support_count=change.ticket.support_count + 1)
            change.record_rule()
            raise_where_many(change)
        return change.ticket


def withdraw_support(ticket: Ticket, *, acting_user: User) -> Ticket:
    """Take the support back. Doing it without having supported changes nothing."""
    with changing(ticket, Verb.SUPPORT, acting_user=acting_user) as change:
        deleted, _per_model = change.ticket.supports.by(acting_user).delete()
        if deleted:
            change.write(support_count=max(change.ticket.support_count - 1, 0))
            change.record(EventKind.SUPPORT_WITHDRAWN, visibility=Visibility.STAFF)
        return change.ticket
