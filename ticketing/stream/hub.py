"""Reads each published event once and hands it to every reader who may see it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import orjson
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tickets.feed import FEED_CHANNEL, feed_item, latest_position
from tickets.live import live_name, may_see_event
from tickets.models import TicketEvent

logger = logging.getLogger(__name__)

BATCH = 500
# A wake-up may be lost; then a reader waits this long and misses nothing.
SECONDS_BETWEEN_LOOKS = 15.0
SECONDS_AFTER_FAILURE = 1.0
# A reader this far behind is cut off; it comes back with its last id and reads on from the database.
LONGEST_QUEUE = 1000
MOST_READERS = 2000
THREADS = 4

Answer = TypeVar("Answer")


class TooManyReaders(Exception):
    """This process serves as many readers as it can."""


@dataclass(frozen=True)
class Published:
    """One event as readers get it; the text is made once for all of them."""

    event: TicketEvent

    @property
    def position(self) -> int:
        return self.event.position or 0

    @cached_property
    def text(self) -> bytes:
        name = live_name(self.event.kind)
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (
            self.position,
            name.encode(),
            orjson.dumps(feed_item(self.event)),
        )


@dataclass(eq=False)
class Reader:
    user: Any
    wanted: Callable[[TicketEvent], bool]
    queue: asyncio.Queue[Published] = field(default_factory=lambda: asyncio.Queue(LONGEST_QUEUE))
    is_cut_off: bool = False

    def sees(self, published: Published) -> bool:
        return self.wanted(published.event) and may_see_event(self.user, published.event)

    def offer(self, published: Published) -> None:
        if not self.sees(published):
            return
        try:
            self.queue.put_nowait(published)
        except asyncio.QueueFull:
            self.is_cut_off = True


@dataclass
class Hub:
    readers: set[Reader] = field(default_factory=set)
    position: int = 0
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "stream"))

    async def ask_database(self, question: Callable[..., Answer], *arguments: Any) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self.threads, question, *arguments)

    @contextmanager
    def reading(self, reader: Reader) -> Iterator[None]:
        if len(self.readers) >= MOST_READERS:
            raise TooManyReaders
        self.readers.add(reader)
        try:
            yield
        finally:
            self.readers.discard(reader)

    async def run(self) -> None:
        """Follow the feed for ever; what is down is tried again."""
        self.position = await self.ask_database(read_latest_position)
        while True:
            try:
                await self.follow()
            except (RedisError, DatabaseError, OSError) as error:
                logger.warning("The feed cannot be followed: %s. Trying again.", error)
                await asyncio.sleep(SECONDS_AFTER_FAILURE)

    async def follow(self) -> None:
        async with Redis.from_url(settings.REDIS_URL) as valkey, valkey.pubsub() as subscription:
            await subscription.subscribe(FEED_CHANNEL)
            while True:
                await self.hand_out()
                await subscription.get_message(ignore_subscribe_messages=False, timeout=SECONDS_BETWEEN_LOOKS)

    async def hand_out(self) -> None:
        while batch := await self.ask_database(read_after, self.position):
            for published in batch:
                for reader in self.readers:
                    reader.offer(published)
            self.position = batch[-1].position


def read_latest_position() -> int:
    close_old_connections()
    return latest_position()


def read_after(position: int) -> list[Published]:
    """The next published events in feed order, with their tickets."""
    close_old_connections()
    events = TicketEvent.objects.after(position).select_related("ticket")
    return [Published(event) for event in events.defer("ticket__search", "ticket__description")[:BATCH]]
