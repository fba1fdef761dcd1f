"""Me too: another resident with the same problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.contacts import Contact
from accounts.models import User
from common.errors import DomainError, NotFound
from tickets.actions.change import Change, CheckedChange, changing, lock_ticket
from tickets.actions.intake import ContactNotConfirmed
from tickets.actions.raising import raise_where_many
from tickets.enums import EventKind, Visibility
from tickets.models import Support, Ticket
from tickets.permissions import can_view_ticket, is_reporter
from tickets.workflow import Verb


class OwnTicket(DomainError):
    code = "own_ticket"
    sentence = gettext_lazy("You reported this yourself: you are counted already.")


@dataclass(frozen=True)
class Visitor:
    """Somebody without an account; `is_confirmed` says that they typed a code which went to the contact."""

    contact: Contact
    language: str = ""
    is_confirmed: bool = False


def support_ticket(ticket: Ticket, *, acting_user: User) -> Ticket:
    """Count this person as having the problem too. Doing it twice counts once.

    So many of them make it more urgent: see `raising`.
    """
    with changing(ticket, Verb.SUPPORT, acting_user=acting_user) as change:
        if is_reporter(acting_user, change.ticket):
            raise OwnTicket
        supports = change.ticket.supports
        if not supports.by(acting_user).exists() and not _take_over(change.ticket, acting_user):
            Support.objects.create(ticket=change.ticket, user=acting_user)
            _count(change)
        return change.ticket


def _take_over(ticket: Ticket, person: User) -> bool:
    """What they said without signing in is theirs from now on. Returns whether there was any."""
    said = ticket.supports.of_contact(*person.confirmed_contacts).in_order().first()
    if said is None:
        return False
    said.user, said.contact, said.language = person, "", ""
    said.save(update_fields=["user", "contact", "language"])
    return True


def _count(change: CheckedChange) -> None:
    change.write(support_count=change.ticket.support_count + 1)
    change.record_rule()
    raise_where_many(change)


def support_as_visitor(ticket: Ticket, visitor: Visitor, *, acting_user: Any) -> Support:
    """Count somebody without an account, once for each number or address. Returns what counts them.

    Who supports it with an account, or reported a duplicate, that is reached there is counted already.
    Raises ContactNotConfirmed, NotFound, OwnTicket, TransitionNotAllowed.
    """
    if not visitor.is_confirmed:
        raise ContactNotConfirmed
    with changing(ticket, Verb.SUPPORT, acting_user=acting_user, authorised=True) as change:
        if not can_view_ticket(acting_user, change.ticket):
            raise NotFound
        if _is_reported_by(change.ticket, visitor.contact):
            raise OwnTicket
        counted = change.ticket.supports.reached_at(visitor.contact).in_order().first()
        if counted is not None:
            return counted
        said = Support.objects.create(
            ticket=change.ticket, contact=visitor.contact.value, language=visitor.language
        )
        _count(change)
        return said


def _is_reported_by(ticket: Ticket, contact: Contact) -> bool:
    """Whether who reported it is reached there."""
    known = {ticket.reporter_phone, ticket.reporter_email.lower()}
    if ticket.reporter is not None:
        known |= set(ticket.reporter.confirmed_contacts)
    return contact.value in known


def withdraw_support(ticket: Ticket, *, acting_user: User) -> Ticket:
    """Take the support back. Doing it without having supported changes nothing."""
    with changing(ticket, Verb.SUPPORT, acting_user=acting_user) as change:
        deleted, _per_model = change.ticket.supports.by(acting_user).delete()
        if deleted:
            change.write(support_count=max(change.ticket.support_count - 1, 0))
            change.record(EventKind.SUPPORT_WITHDRAWN, visibility=Visibility.STAFF)
        return change.ticket


def withdraw_visitor_support(support: Support, *, acting_user: Any) -> Ticket:
    """Take back what a visitor said, whatever has become of the ticket. Done twice it changes nothing.

    For who has the link of their messages, or said it in this browser.
    """
    with transaction.atomic():
        change = Change(lock_ticket(support.ticket), acting_user=acting_user, at=timezone.now())
        deleted, _per_model = change.ticket.supports.of_visitors().with_key(support.pk).delete()
        if deleted:
            change.write(support_count=max(change.ticket.support_count - 1, 0))
            change.record(EventKind.SUPPORT_WITHDRAWN, visibility=Visibility.STAFF)
        return change.ticket
