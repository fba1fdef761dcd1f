"""Who wants to be told nothing more, and who wants to again."""

from __future__ import annotations

from notifications.inbound.enums import WhyStopped
from notifications.inbound.models import SuppressedAddress


def stop(channel: str, address: str, *, reason: WhyStopped) -> None:
    """Tell this address nothing more by this channel. What is stopped already keeps its first reason."""
    row = SuppressedAddress(channel=channel, address=address, reason=reason)
    SuppressedAddress.objects.bulk_create([row], ignore_conflicts=True)


def start(channel: str, address: str) -> bool:
    """Tell it again; returns whether it was stopped."""
    deleted, _by_model = SuppressedAddress.objects.of(channel, address).delete()
    return deleted > 0
