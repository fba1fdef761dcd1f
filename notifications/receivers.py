"""Listens to published events, and only hands them on."""

from __future__ import annotations

import uuid
from typing import Any

from django.dispatch import receiver

from notifications.routing import ROUTING
from notifications.tasks import route
from tickets.enums import EventKind, Source
from tickets.signals import ticket_event_published


@receiver(ticket_event_published, dispatch_uid="notifications.route")
def hand_on(
    sender: Any, event_id: uuid.UUID, kind: str, data: dict[str, Any] | None = None, **kwargs: Any
) -> None:
    """Enqueue the routing of an event. Raises when the broker is away: the relay tells it again."""
    # Somebody who moves a whole list of tickets here does not write to everybody on it.
    if kind == EventKind.CREATED and (data or {}).get("source") == Source.IMPORT:
        return
    if ROUTING[EventKind(kind)]:
        route.apply_async(kwargs={"event_id": str(event_id)}, retry=False)
