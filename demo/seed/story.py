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
from demo.seed.words import Words
from demo.seed.world import Member, World

DAYS = 548
BATCH = 2_000
# How often a report is about something that somebody reported in the last days.
_REPEATED = 0.08
_NEAR_DEGREES = 0.0006
_HOW_LONG = timedelta(days=2)
# Supporters per popular ticket, on average a little more than one.
_POPULARITY = 0.6

Progress = Callable[[int], object]


class CityStory:
    """Tells the whole city; `seed` and `world.now` decide everything."""

    def __init__(self, world: World, words: Words, ledger: Ledger, *, seed: int) -> None:
        self.world = world
        self.words = words
        self.ledger = ledger
        self.seed = seed
        self.drafter = Drafter(world, words)
        self._recent: deque[Draft] = deque()

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
            yield [self._draft(number, at) for number, at in batch]

    def _tell_batch(self, drafts: Sequence[Draft], *, first: datetime) -> list[Tale]:
        wards = locate(self.world, drafts)
        references = self.ledger.references(self.world.prefix, len(drafts))
        tales = []
        for draft, ward, reference in zip(drafts, wards, references, strict=True):
            tale, actor, on_behalf_of = self.drafter.begin(draft, reference=reference, ward=ward)
            setting = Setting(
                progress=(draft.created_at - first) / timedelta(days=DAYS),
                popularity=_POPULARITY,
                original=_as_original(draft.original),
            )
            Plot(tale, self.words, setting).tell(actor=actor, on_behalf_of=on_behalf_of)
            draft.tale, draft.original = tale, None
            tales.append(tale)
        return tales

    # Several people report the same thing

    def _draft(self, number: int, at: datetime) -> Draft:
        draft = self.drafter.draft(f"{self.seed} {number}", at)
        while self._recent and self._recent[0].created_at < at - _HOW_LONG:
            self._recent.popleft()
        if self._recent and draft.rng.random() < _REPEATED:
            _repeat(draft, draft.rng.choice(self._recent))
        else:
            self._recent.append(draft)
        return draft


def _repeat(draft: Draft, original: Draft) -> None:
    """Make it about the same thing, a few steps away."""
    draft.original = original
    draft.category, draft.spot = original.category, original.spot
    draft.latitude = round(original.latitude + draft.rng.uniform(-_NEAR_DEGREES, _NEAR_DEGREES), 6)
    draft.longitude = round(original.longitude + draft.rng.uniform(-_NEAR_DEGREES, _NEAR_DEGREES), 6)


def _as_original(draft: Draft | None) -> Original | None:
    if draft is None or draft.tale is None:
        return None
    return Original(draft.tale.ticket["id"], draft.tale.ticket["closed_at"])


def everybody(world: World) -> list[Member]:
    """All members of all departments."""
    return [member for department in world.departments.values() for member in department.members]
