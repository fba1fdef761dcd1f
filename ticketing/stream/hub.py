"""Reads each published event once and hands it to every reader who asked for it and may see it."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils.translation import gettext_lazy
from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.errors import DomainError
from ticketing.stream.readers import VISITOR, Identity, look_again
from tickets.feed import FEED_CHANNEL, feed_item, latest_position, wanted_events
from tickets.live import Wanted, live_name, may_see_event
from tickets.models import TicketEvent

logger = logging.getLogger(__name__)

BATCH = 500
# A wake-up may be lost; then a reader waits this long and misses nothing.
SECONDS_BETWEEN_LOOKS = 5.0
SECONDS_AFTER_FAILURE = 1.0
# A reader this far behind is cut off; it comes back with its last id and reads on from the database.
LONGEST_QUEUE = 1000
# Of one person or key, so that a program that connects without end leaves room for the others.
MOST_READERS_OF_ONE = 100
THREADS = 4
EVERYTHING = Wanted()
COLUMNS = (
    *(
        "position",
        "kind",
        "visibility",
        "ticket_version",
        "changes",
        "occurred_at",
        "organisation",
        "department",
    ),
    *("ticket__reference", "ticket__is_public", "ticket__reporter", "ticket__organisation"),
    *("ticket__department", "ticket__assignee", "ticket__project"),
)
# Between so many events the loop turns to its other work.
EVENTS_AT_A_TIME = 20

Answer = TypeVar("Answer")


class TooManyReaders(DomainError):
    code = "too_many_readers"
    status_code = 503
    sentence = gettext_lazy("There are as many open streams as there can be. Come back later.")


@dataclass(frozen=True)
class Published:
    """One event as readers get it: its text, and who sees it, are made once for all readers."""

    event: TicketEvent
    # By the person as they were looked up: with other rights they are another object. It is kept along,
    # so that no later one takes its place in memory.
    _seen: dict[int, tuple[Any, bool]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def position(self) -> int:
        return self.event.position or 0

    def is_seen_by(self, user: Any) -> bool:
        if id(user) not in self._seen:
            self._seen[id(user)] = (user, may_see_event(user, self.event))
        return self._seen[id(user)][1]

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
    """One open connection. `ended` says why it is to be closed, once it is.

    While it still reads what happened before, too much at once is no fault of its own: that is let go,
    `has_missed` says so, and it is read from the database as well.
    """

    identity: Identity
    wanted: Wanted
    waiting: deque[Published] = field(default_factory=deque)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ended: str = ""
    is_catching_up: bool = False
    has_missed: bool = False
    has_other_rights: bool = False

    def sees(self, published: Published) -> bool:
        return self.wanted.includes(published.event) and published.is_seen_by(self.identity.user)

    def offer(self, published: Published) -> None:
        if self.ended or not self.sees(published):
            return
        if len(self.waiting) >= LONGEST_QUEUE:
            if not self.is_catching_up:
                self.end("you read too slowly")
                return
            self.waiting.clear()
            self.has_missed = True
        self.waiting.append(published)
        self.changed.set()

    def take(self) -> list[Published]:
        """What is there now, in order, as far as it may still be seen."""
        waiting, self.waiting = self.waiting, deque()
        if not self.has_other_rights:
            return list(waiting)
        self.has_other_rights = False
        return [published for published in waiting if self.sees(published)]

    async def wait(self, seconds: float) -> bool:
        """Whether something came, or the end, in this time."""
        try:
            async with asyncio.timeout(seconds):
                await self.changed.wait()
        except TimeoutError:
            return False
        self.changed.clear()
        return True

    def learn(self, user: Any) -> None:
        """The rights were looked up again: what waits must fit the new ones when it goes out."""
        self.identity = Identity(self.identity.credential, user)
        self.has_other_rights = True

    def end(self, reason: str) -> None:
        """Close the connection without sending what waits; the reader gets it when it comes back."""
        self.ended = self.ended or reason
        self.waiting.clear()
        self.changed.set()


@dataclass
class Hub:
    readers: set[Reader] = field(default_factory=set)
    # Most readers look at one ticket: the others' events need not pass by them.
    readers_of_ticket: dict[UUID, set[Reader]] = field(default_factory=dict)
    readers_of_all: set[Reader] = field(default_factory=set)
    position: int | None = None
    is_closing: bool = False
    rights_read_at: float = 0.0
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    rights: asyncio.Lock = field(default_factory=asyncio.Lock)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "stream"))

    async def ask_database(self, question: Callable[..., Answer], *arguments: Any) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self.threads, question, *arguments)

    # Readers

    @contextmanager
    def reading(self, reader: Reader) -> Iterator[None]:
        """Raises TooManyReaders."""
        self._check_room(reader)
        ticket = reader.wanted.ticket_id
        rows = self.readers_of_all if ticket is None else self.readers_of_ticket.setdefault(ticket, set())
        self.readers.add(reader)
        rows.add(reader)
        try:
            yield
        finally:
            self.readers.discard(reader)
            rows.discard(reader)
            if ticket is not None and not rows:
                self.readers_of_ticket.pop(ticket, None)

    def _check_room(self, reader: Reader) -> None:
        credential = reader.identity.credential
        own = 0
        if credential is not VISITOR:
            own = sum(other.identity.credential.user_id == credential.user_id for other in self.readers)
        if self.is_closing or len(self.readers) >= settings.STREAM_READERS or own >= MOST_READERS_OF_ONE:
            raise TooManyReaders

    def close(self) -> None:
        """The process ends: let every reader go, who will come back to its successor."""
        self.is_closing = True
        for reader in tuple(self.readers):
            reader.end("this server is going down, come again")

    # The feed

    async def run(self) -> None:
        """Follow the feed for ever; what is down is tried again."""
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                self.woken.clear()
                try:
                    await self._look()
                except (DatabaseError, OSError) as error:
                    logger.warning("The feed cannot be read: %s. Trying again.", error)
                    await asyncio.sleep(SECONDS_AFTER_FAILURE)
                    continue
                with suppress(TimeoutError):
                    async with asyncio.timeout(SECONDS_BETWEEN_LOOKS):
                        await self.woken.wait()
        finally:
            listening.cancel()

    async def _listen(self) -> None:
        """Wake-ups. Without them readers wait until the next look."""
        while True:
            try:
                async with Redis.from_url(settings.REDIS_URL) as valkey, valkey.pubsub() as subscription:
                    await subscription.subscribe(FEED_CHANNEL)
                    # Whatever was announced before is looked for now.
                    while True:
                        self.woken.set()
                        await self._next_message(subscription)
            except (RedisError, OSError) as error:
                logger.warning("Nobody wakes the stream: %s. Trying again.", error)
                await asyncio.sleep(SECONDS_AFTER_FAILURE)

    async def _next_message(self, subscription: Any) -> None:
        while await subscription.get_message(ignore_subscribe_messages=True, timeout=None) is None:
            pass

    async def _look(self) -> None:
        if self.position is None:
            self.position = await self.ask_database(read_latest_position)
            self.started.set()
        while batch := await self.ask_database(read_after, self.position):
            # After the events: the rights are hardly older than what they decide about.
            await self.look_at_rights(settings.STREAM_RIGHTS_SECONDS)
            for published in batch:
                self._hand_out(published)
                self.position = published.position
                if published.position % EVENTS_AT_A_TIME == 0:
                    await asyncio.sleep(0)
        await self.look_at_rights(SECONDS_BETWEEN_LOOKS)
        await self._notice_restore()

    async def _notice_restore(self) -> None:
        """A database that was set back gives positions out again: whoever follows begins with those."""
        latest = await self.ask_database(read_latest_position)
        if self.position is not None and latest < self.position:
            logger.warning("The feed was set back from %s to %s.", self.position, latest)
            self.position = latest
            for reader in tuple(self.readers):
                reader.end("the feed was set back, come again")

    def _hand_out(self, published: Published) -> None:
        of_ticket = self.readers_of_ticket.get(published.event.ticket_id, ())
        for reader in itertools.chain(self.readers_of_all, of_ticket):
            reader.offer(published)

    async def look_at_rights(self, seconds: float) -> None:
        """Look up everybody's rights again, unless that was done in the last `seconds`."""
        async with self.rights:
            if time.monotonic() - self.rights_read_at < seconds:
                return
            began = time.monotonic()
            asked = {reader.identity.credential for reader in self.readers} - {VISITOR}
            found = await self.ask_database(look_again, asked) if asked else {}
            for reader in tuple(self.readers):
                credential = reader.identity.credential
                # Who came meanwhile has been looked at meanwhile.
                if credential in found:
                    user = found[credential]
                    reader.learn(user) if user else reader.end("you are not signed in any more")
            self.rights_read_at = began


def read_latest_position() -> int:
    close_old_connections()
    return latest_position()


def read_after(position: int, wanted: Wanted = EVERYTHING) -> list[Published]:
    """The next published events in feed order, with what readers and predicates read of their tickets."""
    close_old_connections()
    events = wanted_events(TicketEvent.objects.after(position), wanted).select_related("ticket")
    return [Published(event) for event in events.only(*COLUMNS)[:BATCH]]
