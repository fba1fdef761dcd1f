"""Readers of the stream by the hundred, in one event loop: they hang up, come back and read on.

They run in a process of their own, which knows nothing of Django.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

PATH = "/api/v1/events/stream"


@dataclass(eq=False)
class Follower:
    """One reader. `received` are the positions it was told, in the order in which they came."""

    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    # How probable it is, event by event, that it hangs up in the middle of everything.
    restlessness: float = 0.0
    seed: int = 0
    received: list[int] = field(default_factory=list)
    arrived: dict[int, float] = field(default_factory=dict)
    reached: int | None = None
    connections: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.is_open = asyncio.Event()

    async def follow(self, port: int, until: asyncio.Event, last: dict[str, int]) -> None:
        """Read until everything up to `last["position"]` was passed, once `until` says that it is known."""
        while not (until.is_set() and (self.reached or 0) >= last["position"]):
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._read_once(port, until, last)

    async def _read_once(self, port: int, until: asyncio.Event, last: dict[str, int]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(self._request())
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            self.connections += 1
            await self._events(reader, until, last)
        finally:
            writer.transport.abort()

    def _request(self) -> bytes:
        sent = {"Host": "127.0.0.1", **self.headers}
        if self.reached is not None:
            sent["Last-Event-ID"] = str(self.reached)
        lines = [f"GET {PATH}{self.query} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
        return "\r\n".join([*lines, "", ""]).encode()

    async def _events(self, reader: asyncio.StreamReader, until: asyncio.Event, last: dict[str, int]) -> None:
        while not (until.is_set() and (self.reached or 0) >= last["position"]):
            # Only whole it is an event: what was cut off in the middle comes again.
            text = await reader.readuntil(b"\n\n")
            # Without the line of the transfer encoding in front of it.
            text = text[text.rfind(b"\r\n") + 2 :] if b"\r\n" in text else text
            if text.startswith(b"retry:"):
                self.is_open.set()
            if not text.startswith(b"id: "):
                continue
            self.reached = int(text[4 : text.index(b"\n")])
            if b"\ndata: " in text:
                self.received.append(self.reached)
                self.arrived[self.reached] = time.perf_counter()
                if self.chance.random() < self.restlessness:
                    return


def follow_together(followers: list[Follower], port: int, tests: Connection) -> None:
    """A process of their own. It says when all are connected, is told the last position, and returns them."""
    asyncio.run(_follow_together(followers, port, tests))
    tests.send([(one.received, one.connections) for one in followers])


async def _follow_together(followers: list[Follower], port: int, tests: Connection) -> None:
    known, last = asyncio.Event(), {"position": 0}
    # A reader that is refused ends everything, and says why.
    async with asyncio.TaskGroup() as reading:
        for one in followers:
            reading.create_task(one.follow(port, known, last))
        await asyncio.gather(*(one.is_open.wait() for one in followers))
        tests.send("connected")
        last["position"] = await asyncio.to_thread(tests.recv)
        known.set()
