"""Chainable questions about what happened to tickets and was said on them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from accounts.enums import Capability
from accounts.permissions import is_operator, organisations_where
from tickets.enums import EventKind, Visibility

if TYPE_CHECKING:
    from tickets.models import Attachment, Message, Ticket, TicketEvent

# What counts as news to who reported, supports or follows a ticket: not how work is dealt out.
NEWS = [
    EventKind.PRIORITY_CHANGED,
    EventKind.STARTED,
    EventKind.RESPONDED,
    EventKind.REPLIED,
    EventKind.RESOLVED,
    EventKind.VERIFIED,
    EventKind.DISPUTED,
    EventKind.CLOSED,
    EventKind.REOPENED,
    EventKind.TRANSFERRED,
    EventKind.PROMOTED,
    EventKind.EXPIRED,
    EventKind.MESSAGE_ADDED,
    EventKind.ATTACHED,
    EventKind.MERGED,
    EventKind.UNMERGED,
    EventKind.CALL_MISSED,
]


class TicketEventQuerySet(models.QuerySet["TicketEvent"]):
    def visible_to(self, user: Any) -> TicketEventQuerySet:
        """The audit trail: every event of the organisations in which the person sees every ticket, but
        for what concerns only some.
        """
        if is_operator(user):
            return self.all()
        theirs = self.filter(organisation_id__in=organisations_where(user, Capability.VIEW_ALL_TICKETS))
        return theirs.exclude(visibility=Visibility.CONCERNED)

    def of_ticket(self, ticket_id: uuid.UUID) -> TicketEventQuerySet:
        return self.filter(ticket_id=ticket_id)

    def shown_to(self, parts: Iterable[Visibility]) -> TicketEventQuerySet:
        return self.filter(visibility__in=list(parts))

    def of_arrivals_in(self, department_id: uuid.UUID) -> TicketEventQuerySet:
        """Events with which a stay in the department began: reported there, or moved there."""
        born = Q(kind=EventKind.CREATED, department_id=department_id)
        return self.filter(born | Q(changes__department__1=str(department_id)))

    def of_overflows(self) -> TicketEventQuerySet:
        """Transfers because nobody was free in time."""
        return self.filter(kind=EventKind.TRANSFERRED, data__is_overflow=True)

    def news_for(self, user: Any) -> TicketEventQuerySet:
        """What residents want to know of tickets of theirs, as far as they see it and did not do it."""
        own = Q(visibility=Visibility.PARTICIPANTS, ticket__reporter_id=user.pk)
        told = self.filter(Q(visibility=Visibility.PUBLIC) | own, kind__in=NEWS)
        return told.exclude(actor_id=user.pk)

    def in_order(self) -> TicketEventQuerySet:
        return self.select_related("actor", "department", "stage", "assignee").order_by("occurred_at", "pk")

    def unstamped(self) -> TicketEventQuerySet:
        return self.filter(position__isnull=True)

    def unrelayed(self) -> TicketEventQuerySet:
        return self.filter(position__isnull=False, relayed_at__isnull=True)

    def after(self, position: int) -> TicketEventQuerySet:
        """Published events behind a feed position, in feed order."""
        return self.filter(position__gt=position).order_by("position")

    def of_update(self, event: TicketEvent) -> TicketEventQuerySet:
        """The event with all that happened to its ticket in the same update, in order."""
        if event.update_key is None:
            return self.filter(pk=event.pk)
        return self.filter(ticket_id=event.ticket_id, update_key=event.update_key).order_by("pk")

    def of_updates(self, ticket_id: uuid.UUID, keys: Iterable[uuid.UUID]) -> TicketEventQuerySet:
        """What happened to a ticket in these updates, in order."""
        return self.filter(ticket_id=ticket_id, update_key__in=list(keys)).order_by("pk")

    def by_version(self) -> TicketEventQuerySet:
        """In the order in which a ticket's changes were made, whenever they count as happened."""
        return self.order_by("ticket_id", "ticket_version", "pk")

    def later_than(self, moment: datetime) -> TicketEventQuerySet:
        return self.filter(occurred_at__gt=moment)

    def of_kind(self, *kinds: str) -> TicketEventQuerySet:
        return self.filter(kind__in=kinds)


class MessageQuerySet(models.QuerySet["Message"]):
    def last_of(self, ticket_ids: Iterable[uuid.UUID]) -> MessageQuerySet:
        """The last word of residents and staff on each of these tickets."""
        said = self.filter(ticket_id__in=list(ticket_ids), visibility=Visibility.PARTICIPANTS)
        return said.order_by("ticket_id", "-created_at", "-pk").distinct("ticket_id")

    def shown_to(self, parts: Iterable[Visibility]) -> MessageQuerySet:
        return self.filter(visibility__in=list(parts))

    def in_order(self) -> MessageQuerySet:
        return self.select_related("author").order_by("created_at", "pk")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def with_key(self, key: uuid.UUID) -> AttachmentQuerySet:
        return self.filter(pk=key)

    def shown_to(self, parts: Iterable[Visibility]) -> AttachmentQuerySet:
        return self.filter(visibility__in=list(parts))

    def in_order(self) -> AttachmentQuerySet:
        return self.order_by("created_at", "pk")

    def waiting(self) -> AttachmentQuerySet:
        """Those that nobody has looked at yet."""
        return self.filter(waits_since__isnull=False)

    def hidden(self) -> AttachmentQuerySet:
        """Those that staff took out of everybody else's sight."""
        return self.filter(visibility=Visibility.STAFF)

    def of_tickets(self, tickets: models.QuerySet[Ticket]) -> AttachmentQuerySet:
        return self.filter(ticket__in=tickets)

    def longest_waiting_first(self) -> AttachmentQuerySet:
        """With what a list says of their tickets."""
        rows = self.select_related("ticket__organisation", "ticket__department", "message")
        return rows.defer("ticket__search", "ticket__description").order_by("waits_since", "pk")
