"""Listens to published events, and only wakes who reads them."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from accountability.rules import ACCOUNT, ACCOUNTED
from tickets.signals import ticket_event_published
from tickets.wakeups import wake_after_commit


@receiver(ticket_event_published, dispatch_uid="accountability.account_for_feed")
def wake_accounting(sender: Any, kind: str, **kwargs: Any) -> None:
    """Ask once for a batch of events. A lost wake-up is made good by the sweep, which reads on."""
    if kind in ACCOUNTED:
        wake_after_commit(ACCOUNT)
