"""Listens to published events, and only hands them on."""

from __future__ import annotations

import uuid
from typing import Any

from django.dispatch import receiver

from accountability.rules import ACCOUNTED
from accountability.tasks import hold_accountable
from tickets.signals import ticket_event_published


@receiver(ticket_event_published, dispatch_uid="accountability.hold_accountable")
def hand_on(sender: Any, event_id: uuid.UUID, kind: str, **kwargs: Any) -> None:
    """Enqueue the accounting of an event. Raises when the broker is away: the relay tells it again."""
    if kind in ACCOUNTED:
        hold_accountable.apply_async(kwargs={"event_id": str(event_id)}, retry=False)
