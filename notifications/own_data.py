"""What the delivery log knows of a person: handed out on their wish, and forgotten with their account."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.own_data import register_holder
from notifications.enums import UNFINISHED
from notifications.models import Attempt, Notice, Notification, Receipt

# The log keeps that something was sent, and not to whom.
ADDRESS_AFTERWARDS = "-"


def export(person: User) -> list[dict[str, Any]]:
    sent = Notification.objects.filter(recipient=person).select_related("event__ticket")
    return [
        {
            "ticket": found.event.ticket.reference,
            "channel": found.channel,
            "address": found.address,
            "state": found.state,
            "created_at": found.created_at.isoformat(),
        }
        for found in sent.order_by("created_at", "pk")
    ]


def erase(person: User) -> None:
    """Nothing goes out to them any more. In the caller's transaction."""
    theirs = Notification.objects.filter(recipient=person)
    theirs.filter(state__in=UNFINISHED).delete()
    # Providers repeat addresses in what they say.
    Attempt.objects.filter(notification__in=theirs).update(words="")
    Receipt.objects.filter(attempt__notification__in=theirs).update(words="")
    theirs.update(recipient=None, address=ADDRESS_AFTERWARDS, last_error="")
    Notice.objects.of_person(person.pk).delete()


register_holder("notifications", export=export, erase=erase)
