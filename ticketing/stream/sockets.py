"""What the kernel does for us: it keeps little for a reader that does not read, and hangs up on it.

The server writes into the kernel's buffer and notices nothing while that has room: by default that is some
megabytes for each reader, and for a phone that lost its network a quarter of an hour. Accepted connections
inherit both limits from the listening one, which this process's server opened.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fd")


def limit_unread(*, seconds: float, size: int) -> int:
    """Let the connections of this process from now on hang up on who has not read for so long, and keep
    about so many bytes for each. Returns how many listening sockets were told; none where there is no Linux.
    """
    told = 0
    for listener in _listeners():
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
        told += 1
    return told


def _listeners() -> Iterator[socket.socket]:
    if not (_DESCRIPTORS.is_dir() and hasattr(socket, "TCP_USER_TIMEOUT")):
        return
    for path in list(_DESCRIPTORS.iterdir()):
        with suppress(OSError):
            found = socket.socket(fileno=int(path.name))
            try:
                if found.family in {socket.AF_INET, socket.AF_INET6} and found.getsockopt(
                    socket.SOL_SOCKET, socket.SO_ACCEPTCONN
                ):
                    yield found
            finally:
                # It is the server's, not ours to close.
                found.detach()
