"""What goes over the wire to one reader: everything since, then everything as it happens."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, suppress

from django.conf import settings
from starlette.types import Receive, Scope, Send

from ticketing.stream.hub import Hub, Published, Reader, read_after

logger = logging.getLogger(__name__)

# Then the browser connects again by itself: proxies end what is open for ever, at worse moments.
LONGEST_STREAM_SECONDS = 3600.0
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class EventStream:
    """The answer to one request. It ends when either side wants it, and who does not read is dropped."""

    def __init__(self, hub: Hub, reader: Reader, after: int | None) -> None:
        self.hub = hub
        self.reader = reader
        self.after = after
        self.is_gone = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises TooManyReaders before anything is sent."""
        # Registered before catching up, so that nothing falls between the two.
        with self.hub.reading(self.reader):
            leaving = asyncio.create_task(self._watch(receive))
            try:
                await self._send(send, only_head=scope["method"] == "HEAD")
            except TimeoutError:
                logger.info("A reader does not read and was dropped.")
            finally:
                leaving.cancel()
                with suppress(asyncio.CancelledError):
                    await leaving

    async def _watch(self, receive: Receive) -> None:
        """Servers tell here that a reader hung up, and take whatever is written to it from then on."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self.is_gone = True
        self.reader.end("gone")

    async def _send(self, send: Send, *, only_head: bool) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        if only_head:
            self.reader.end("")
            await self._write(send, b"", more=False)
            return
        async with aclosing(self._texts()) as texts:
            async for text in texts:
                await self._write(send, text)
        if not self.is_gone:
            await self._write(send, self._goodbye(), more=False)

    async def _write(self, send: Send, text: bytes, *, more: bool = True) -> None:
        """Raises TimeoutError where the reader's side has no room and makes none."""
        async with asyncio.timeout(settings.STREAM_WRITE_SECONDS):
            await send({"type": "http.response.body", "body": text, "more_body": more})

    def _goodbye(self) -> bytes:
        """Why it ends; and not everybody is to come back at the same moment."""
        wait = random.randint(500, 5000)  # noqa: S311
        return b"retry: %d\n: %s\n\n" % (wait, self.reader.ended.encode())

    async def _texts(self) -> AsyncGenerator[bytes]:
        # Before the first word: who was told that the stream is open must miss nothing from then on.
        sent = self.hub.position or 0 if self.after is None else self.after
        yield b"retry: 2000\n\n"
        if self.after is not None:
            async for batch in self._since(sent):
                sent = batch[-1].position
                yield _joined(filter(self.reader.sees, batch)) + _reached(sent)
        async for text in self._from_now_on(sent):
            yield text

    async def _since(self, position: int) -> AsyncGenerator[list[Published]]:
        """Everything that was published while the reader was away, and meanwhile."""
        self.reader.is_catching_up = True
        while not self.reader.ended:
            self.reader.has_missed = False
            batch = await self.hub.ask_database(read_after, position, self.reader.wanted)
            if not batch and self.reader.has_missed:
                continue
            if not batch:
                break
            await self.hub.look_at_rights(settings.STREAM_RIGHTS_SECONDS)
            yield batch
            position = batch[-1].position
        self.reader.is_catching_up = False

    async def _from_now_on(self, sent: int) -> AsyncGenerator[bytes]:
        """What the hub hands out, and a heartbeat where there is nothing."""
        ends_at = time.monotonic() + LONGEST_STREAM_SECONDS * random.uniform(0.9, 1.0)  # noqa: S311
        while not self.reader.ended:
            fresh = [published for published in self.reader.take() if published.position > sent]
            if fresh:
                sent = fresh[-1].position
                yield _joined(fresh)
            elif not await self.reader.wait(settings.STREAM_HEARTBEAT_SECONDS) and not self.reader.waiting:
                # Whatever the hub has passed was not for this reader.
                sent = max(sent, self.hub.position or 0)
                yield _reached(sent)
            if time.monotonic() > ends_at:
                self.reader.end("this took long, come again")


def _joined(events: Iterable[Published]) -> bytes:
    return b"".join(published.text for published in events)


def _reached(position: int) -> bytes:
    """No event, but an id: a reader that comes back goes on from here, however little was for it."""
    return b"id: %d\n: still here\n\n" % position
