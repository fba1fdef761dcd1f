"""Eighteen months of a city: draft, tell and write its tickets in batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from demo.seed.drafts import Draft, Drafter, locate, moments
from demo.seed.ledger import Ledger
from demo.seed.plot import Original, Plot, Setting
from demo.seed.tale import Tale
from demo.seed.telling import UNCLOSED
from demo.seed.words import Words
from demo.seed.world import Member, World

DAYS = 548
BATCH = 2_000
# How often a report is about something that an open ticket near by already is about.
_REPEATED = 0.10
_REMEMBERED = 6
_NEAR_DEGREES = 0.0006
_HOW_LONG = timedelta(days=12)
# Supporters per popular ticket, on average a little more than one.
_POPULARITY = 0.9

Progress = Callable[[int], object]
Memory = dict[tuple[str, str], deque[Tale]]


class CityStory:
    """Tells the whole city; `seed` and `world.now` decide everything."""

    def __init__(self, world: World, words: Words, ledger: Ledger, *, seed: int) -> None:
        self.world = world
        self.words = words
        self.ledger = ledger
        self.seed = seed
        self.drafter = Drafter(world, words)
        self._memory: Memory = {}

    def tell(self, count: int, *, midnight: datetime, progress: Progress) -> None:
        """`count` tickets that were reported before `midnight`."""
        when = iter(
            enumerate(moments(count, days=DAYS, midnight=midnight, rng=Random(f"{self.seed} moments")))
        )
        first = midnight - timedelta(days=DAYS)
        for drafts in self._batches(when):
            tales = self._tell_batch(drafts, first=first)
            self.ledger.write(tales, until=drafts[-1].created_at)
            progress(len(tales))

    def _batches(self, when: Iterator[tuple[int, datetime]]) -> Iterator[list[Draft]]:
        while batch := list(islice(when, BATCH)):
            yield [self.drafter.draft(f"{self.seed} {number}", at) for number, at in batch]

    def _tell_batch(self, drafts: Sequence[Draft], *, first: datetime) -> list[Tale]:
        repeats = [self._repeat(draft) for draft in drafts]
        wards = locate(self.world, drafts)
        references = self.ledger.references(len(drafts))
        tales = []
        for draft, repeat, ward, reference in zip(drafts, repeats, wards, references, strict=True):
            tale, actor, on_behalf_of = self.drafter.begin(draft, reference=reference, ward=ward)
            setting = Setting(
                progress=(draft.created_at - first) / timedelta(days=DAYS),
                popularity=_POPULARITY,
                original=self._original(draft) if repeat else None,
            )
            Plot(tale, self.words, setting).tell(actor=actor, on_behalf_of=on_behalf_of)
            self._remember(draft, tale)
            tales.append(tale)
        return tales

    # Several people report the same thing

    def _repeat(self, draft: Draft) -> bool:
        """Move some reports next to an earlier one, before it is known in which ward they lie."""
        if draft.rng.random() > _REPEATED:
            return False
        known = [tale for tale in self._memory.get(self._key(draft), ()) if self._is_recent(draft, tale)]
        if not known:
            return False
        near = known[-1].ticket
        draft.latitude = round(near["latitude"] + draft.rng.uniform(-_NEAR_DEGREES, _NEAR_DEGREES), 6)
        draft.longitude = round(near["longitude"] + draft.rng.uniform(-_NEAR_DEGREES, _NEAR_DEGREES), 6)
        return True

    def _original(self, draft: Draft) -> Original | None:
        for tale in reversed(self._memory.get(self._key(draft), ())):
            if self._is_recent(draft, tale) and tale.ticket["duplicate_of_id"] is None:
                return Original(tale.ticket["id"], tale.ticket["closed_at"])
        return None

    def _is_recent(self, draft: Draft, tale: Tale) -> bool:
        return tale.created_at > draft.created_at - _HOW_LONG and (
            tale.status in UNCLOSED or tale.ticket["closed_at"] > draft.created_at
        )

    def _remember(self, draft: Draft, tale: Tale) -> None:
        self._memory.setdefault(self._key(draft), deque(maxlen=_REMEMBERED)).append(tale)

    def _key(self, draft: Draft) -> tuple[str, str]:
        return draft.category.code, draft.spot.name


def everybody(world: World) -> list[Member]:
    """All members of all departments."""
    return [member for department in world.departments.values() for member in department.members]
