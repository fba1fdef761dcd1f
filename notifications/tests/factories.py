"""Notifications for tests: always routed from a real event."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from notifications.actions.deliver import deliver, deliver_due
from notifications.actions.route import route_event
from notifications.enums import NotificationState
from notifications.models import Notification
from tickets.enums import EventKind
from tickets.models import Ticket, TicketEvent


def resident(**fields: object) -> User:
    """Somebody who can be reached by mail and by SMS."""
    person: User = UserFactory.create(**{"full_name": "Thandi Mokoena", "phone": "+27821234501", **fields})
    return person


def last_event(ticket: Ticket, kind: EventKind) -> TicketEvent:
    return ticket.events.filter(kind=kind).order_by("-pk")[:1].get()


def release() -> int:
    """Let what is held go now, as if its time had come. Returns how many mails and SMS went out."""
    Notification.objects.filter(state=NotificationState.HELD, carrier=None).update(
        next_attempt_at=timezone.now()
    )
    return deliver_due()


def tell(ticket: Ticket, kind: EventKind) -> dict[tuple[str, str], str]:
    """Route the last event of a kind and send what comes of it: (audience, channel) -> state."""
    told = {}
    for key in route_event(last_event(ticket, kind).pk):
        state = deliver(key)
        notification = Notification.objects.get(pk=key)
        told[notification.audience, notification.channel] = state
    return told
