"""A ticket as one line of a list on the console's own pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from tickets.admin.words import Word, escalation_word, priority_word, span, status_word, time_word
from tickets.models import Ticket


@dataclass(frozen=True)
class Row:
    key: str
    url: str
    reference: str
    title: str
    facts: list[str]
    status: Word
    priority: Word | None
    time: Word | None
    escalation: Word | None
    version: int


def ticket_url(ticket: Ticket) -> str:
    return reverse("admin:tickets_ticket_change", args=[ticket.pk])


def row_for(ticket: Ticket, now: datetime, *, is_own: bool = False) -> Row:
    """Reads the related rows of `TicketQuerySet.for_list`. `is_own`: the reader holds it and knows where."""
    priority = priority_word(ticket)
    return Row(
        key=str(ticket.pk),
        url=ticket_url(ticket),
        reference=ticket.reference,
        title=ticket.title,
        facts=_facts(ticket, now, is_own),
        status=status_word(ticket),
        # A usual priority says nothing; only what differs is worth a look.
        priority=priority if priority.tone != "quiet" else None,
        time=time_word(ticket, now),
        escalation=escalation_word(ticket),
        version=ticket.version,
    )


def _facts(ticket: Ticket, now: datetime, is_own: bool) -> list[str]:
    holder = ticket.assignee.get_full_name() if ticket.assignee else _department(ticket)
    facts = [
        ticket.category.name if ticket.category else _("no category"),
        "" if is_own else holder,
        str(ticket.ward) if ticket.ward else "",
        _("reported %(time)s ago") % {"time": span(ticket.created_at, now)},
    ]
    return [fact for fact in facts if fact]


def _department(ticket: Ticket) -> str:
    return ticket.department.name if ticket.department else _("no department")


def rows_for(tickets: Iterable[Ticket], now: datetime, *, is_own: bool = False) -> list[Row]:
    return [row_for(ticket, now, is_own=is_own) for ticket in tickets]
