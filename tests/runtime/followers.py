"""Readers of the stream by the hundred, in one event loop: they hang up, come back and read on."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.runtime.streams import PATH


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
    is_open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

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
        given, has_data = 0, False
        while not (until.is_set() and (self.reached or 0) >= last["position"]):
            line = (await reader.readuntil(b"\n")).strip()
            if line.startswith(b"retry:"):
                self.is_open.set()
            elif line.startswith(b"id: "):
                given = int(line[4:])
            elif line.startswith(b"data: "):
                has_data = True
            elif not line and given:
                # Only now is it an event: what was cut off in the middle comes again.
                if has_data:
                    self.received.append(given)
                    self.arrived[given] = time.perf_counter()
                self.reached, given = given, 0
                if has_data and self.chance.random() < self.restlessness:
                    return
                has_data = False
