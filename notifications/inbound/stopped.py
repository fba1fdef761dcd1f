"""Asked before anything is sent: whether the address is told nothing more by the channel."""

from __future__ import annotations

from notifications.channels.base import AddressStopped
from notifications.inbound.queries import stopped


def refuse_stopped(channel: str, address: str) -> None:
    """Raises AddressStopped, with the reason for the delivery log."""
    row = stopped(channel, address)
    if row is not None:
        raise AddressStopped(str(row.get_reason_display()))
