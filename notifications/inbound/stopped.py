"""Asked before anything is sent: whether the address is told nothing more by the channel."""

from __future__ import annotations

from collections.abc import Collection

from notifications.channels.base import AddressStopped
from notifications.inbound.models import SuppressedAddress
from notifications.inbound.queries import stopped


def stopped_among(channel: str, addresses: Collection[str]) -> set[str]:
    """Those of the addresses that are told nothing more by the channel."""
    return set(SuppressedAddress.objects.among(channel, addresses).values_list("address", flat=True))


def refuse_stopped(channel: str, address: str) -> None:
    """Raises AddressStopped, with the reason for the delivery log."""
    row = stopped(channel, address)
    if row is not None:
        raise AddressStopped(str(row.get_reason_display()))
