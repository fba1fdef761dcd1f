"""The stream process: Server-Sent Events for pages and machines that want to be told at once.

One Valkey subscription per process wakes it, one database read per wake-up serves all readers.
It never runs inside the web process: a reader there would hold a thread for as long as it reads.
"""

from __future__ import annotations

from ticketing import boot as boot

# isort: split
from ticketing.stream.endpoint import application

__all__ = ["application"]
