"""A person ends their account: what tickets know of them is forgotten, and the tickets stay."""

from __future__ import annotations

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError
from tickets.models import AreaFollow, Callback, Follow, Seen, Support, Ticket, TicketEvent
from tickets.people_querysets import SupportQuerySet


class OpenWork(DomainError):
    code = "open_work"
    sentence = gettext_lazy("You still have tickets to work on. Hand them to somebody else first.")


def forget_person(person: User, *, acting_user: User) -> None:
    """Blank the reporter of their tickets, take back supports and follows. In the caller's transaction.

    Tells nobody: no event could say whose name was removed. Raises OpenWork for who has tickets to work on.
    """
    if Ticket.objects.unclosed().filter(assignee=person).exists():
        raise OpenWork
    _withdraw(Support.objects.by(person))
    for contact in person.confirmed_contacts:
        _withdraw(Support.objects.of_contact(contact))
    Follow.objects.by(person).delete()
    AreaFollow.objects.by(person).delete()
    Callback.objects.of_person(person.pk).delete()
    Seen.objects.filter(user=person).delete()
    reported = Ticket.objects.reported_by(person)
    TicketEvent.objects.filter(ticket__in=reported).exclude(on_behalf_of="").update(on_behalf_of="")
    blank = {"reporter_name": "", "reporter_email": "", "reporter_phone": "", "reporter_language": ""}
    reported.update(reporter=None, version=F("version") + 1, **blank)


def _withdraw(supports: SupportQuerySet) -> None:
    """Supports of one person, one on each ticket."""
    supported = list(supports.order_by("ticket_id").values_list("ticket_id", flat=True))
    supports.delete()
    fewer = Greatest(F("support_count") - 1, 0)
    Ticket.objects.filter(pk__in=supported).update(support_count=fewer)
