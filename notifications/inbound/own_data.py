"""What people wrote to us: handed out on their wish, and forgotten with their account.

A stopped address stays stopped: to forget it would mean to write to it again.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from accounts.models import User
from accounts.own_data import register_holder
from notifications.inbound.models import InboundMessage

# The log keeps that something came in, and not from whom.
SENDER_AFTERWARDS = "-"


def export(person: User) -> list[dict[str, Any]]:
    return [
        {
            "channel": found.channel,
            "sender": found.sender,
            "text": found.text,
            "answer": found.answer,
            "became": found.became,
            "received_at": found.received_at.isoformat(),
        }
        for found in _from(person).order_by("received_at", "pk")
    ]


def erase(person: User) -> None:
    """In the caller's transaction."""
    _from(person).update(person=None, sender=SENDER_AFTERWARDS, text="", answer="")


def _from(person: User) -> Any:
    """What they sent, recognised then or not: their confirmed number and their address are theirs."""
    theirs = Q(person=person)
    if person.email:
        theirs |= Q(sender=person.email)
    if person.phone and person.phone_is_confirmed:
        theirs |= Q(sender=person.phone)
    return InboundMessage.objects.filter(theirs)


register_holder("replies", export=export, erase=erase)
