"""What those who sign in find: their own tickets, in every state that has something to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from demo.seed.drafts import Draft, begin_tale
from demo.seed.ledger import Ledger
from demo.seed.people import NEIGHBOUR, RESIDENT
from demo.seed.tale import Tale
from demo.seed.words import Words
from demo.seed.world import DemoCategory, DemoDepartment, Member, Resident, Spot, World
from departments.working_time import WorkingCalendar
from tickets.enums import Source

HOME = "Hatfield"
_EXPIRING_IN = timedelta(minutes=100)
_LONGEST_BACK = timedelta(days=90)


class Stage:
    """Sets up scenes and keeps their tickets until they are written."""

    def __init__(self, world: World, words: Words, *, seed: int) -> None:
        self.world = world
        self.words = words
        self.seed = seed
        self.tales: list[Tale] = []
        self._numbers = count(1)
        self._home = next((spot for spot in world.spots if spot.name == HOME), world.spots[0])

    def scene(
        self,
        code: str,
        *,
        at: datetime,
        reporter: Resident,
        spot: Spot | None = None,
        source: Source = Source.WEB,
    ) -> Tale:
        """A ticket of this category that the reporter logged, held by whoever a newcomer can sign in as."""
        category = self.world.categories[code]
        rng = Random(f"{self.seed} scene {next(self._numbers)}")
        where = spot or self._home
        latitude = round(rng.gauss(where.latitude, where.spread * 0.3), 6)
        longitude = round(rng.gauss(where.longitude, where.spread * 0.3), 6)
        draft = Draft(rng, at, category, where, latitude, longitude)
        ward = self.world.index.locate(latitude, longitude)
        tale = begin_tale(
            self.world,
            self.words,
            draft,
            reference="",
            ward=ward,
            source=source,
            reporter=reporter,
            contact=reporter,
        )
        tale.ticket["priority"] = category.priority
        caller = self.world.callers[0] if source is Source.CALL_CENTRE and self.world.callers else None
        tale.open(actor=caller or reporter.id, on_behalf_of=reporter.email if caller else "")
        if category.department.is_manual:
            tale.queue(at)
        else:
            tale.assign(at, self.star(category.department))
        self.tales.append(tale)
        return tale

    def star(self, department: DemoDepartment) -> Member:
        """The agent of this department whom a newcomer can sign in as."""
        known = self.world.people.get(department.code)
        agents = department.agents
        return next((member for member in agents if known and member.user_id == known.id), agents[0])

    def work(self, tale: Tale, at: datetime) -> None:
        """The star takes it, if nobody has, and begins."""
        if tale.department is not None and tale.member is None:
            tale.pick(at - timedelta(seconds=30), self.star(tale.department))
        tale.start(at)

    def crowd(self, tale: Tale, size: int) -> None:
        """Supporters in the first minutes."""
        for minute, who in enumerate(tale.rng.sample(self.world.residents, size), start=3):
            at = tale.created_at + timedelta(minutes=minute)
            if at < self.world.now:
                tale.later(at, partial(tale.support, supporter=who.id))


def tell_scenes(world: World, words: Words, ledger: Ledger, *, seed: int) -> None:
    """Tell and write the scenes that the city has the categories for."""
    stage = Stage(world, words, seed=seed)
    resident, neighbour = world.people[RESIDENT.name], world.people[NEIGHBOUR.name]
    for scene in (*_RESIDENT_SCENES, *_NEIGHBOUR_SCENES):
        if scene.category in world.categories:
            who, other = (resident, neighbour) if scene in _RESIDENT_SCENES else (neighbour, resident)
            scene.play(stage, who, other)
    for department in world.departments.values():
        _desk(stage, department)
    for tale, reference in zip(stage.tales, ledger.references(world.prefix, len(stage.tales)), strict=True):
        tale.ticket["reference"] = reference
        tale.finish()
    # Their events wait for the older ones of the city.
    ledger.write(stage.tales, until=datetime.min.replace(tzinfo=UTC))


# The residents' own tickets


@dataclass(frozen=True, slots=True)
class Scene:
    """One ticket of a resident: how long ago, and what came of it."""

    category: str
    ago: timedelta
    what: Callable[[Stage, Tale, Resident], None]
    crowd: int = 0

    def play(self, stage: Stage, who: Resident, other: Resident) -> None:
        tale = stage.scene(self.category, at=stage.world.now - self.ago, reporter=who)
        stage.crowd(tale, self.crowd)
        self.what(stage, tale, other)


def _nothing_yet(stage: Stage, tale: Tale, other: Resident) -> None:
    """Just reported."""


def _supported(stage: Stage, tale: Tale, other: Resident) -> None:
    tale.later(tale.created_at + timedelta(minutes=2), partial(tale.support, supporter=other.id))


def _under_way(stage: Stage, tale: Tale, other: Resident) -> None:
    _supported(stage, tale, other)
    at = tale.created_at + (stage.world.now - tale.created_at) * 0.3
    stage.work(tale, at)
    text = "The team is on site and has begun. We tell you as soon as it is fixed."
    tale.message(at + timedelta(minutes=4), text, author=tale.holder_id, from_staff=True)


def _to_confirm(stage: Stage, tale: Tale, other: Resident) -> None:
    stage.work(tale, tale.created_at + timedelta(hours=20))
    tale.resolve(stage.world.now - timedelta(hours=19), note=_fix(stage, tale))


def _asked(stage: Stage, tale: Tale, other: Resident) -> None:
    question = "Please send a photo of the meter on which the number can be read."
    tale.respond(stage.world.now - timedelta(hours=22), question=question)


def _late(stage: Stage, tale: Tale, other: Resident) -> None:
    _supported(stage, tale, other)
    stage.work(tale, tale.created_at + timedelta(hours=9))
    asked = stage.world.now - timedelta(hours=5)
    tale.later(
        asked,
        partial(
            tale.message,
            body="It is still running past the crèche.",
            author=tale.reporter_id,
            from_staff=False,
        ),
    )


def _confirmed(stage: Stage, tale: Tale, other: Resident) -> None:
    stage.work(tale, tale.created_at + timedelta(hours=6))
    tale.resolve(tale.created_at + timedelta(hours=30), note=_fix(stage, tale))
    tale.verify(tale.created_at + timedelta(hours=33))


def _disputed(stage: Stage, tale: Tale, other: Resident) -> None:
    stage.work(tale, tale.created_at + timedelta(hours=5))
    tale.resolve(tale.created_at + timedelta(hours=17), note=_fix(stage, tale))
    tale.dispute(tale.created_at + timedelta(hours=40), reason="It leaks again, half a metre from the hole.")


def _fix(stage: Stage, tale: Tale) -> str:
    return tale.rng.choice(stage.words.fixes[tale.category.code]) if tale.category else ""


_RESIDENT_SCENES = (
    Scene("WAT-BURST", timedelta(hours=3), _under_way, crowd=5),
    Scene("ROA-POTHOLE", timedelta(days=4), _to_confirm, crowd=2),
    Scene("ELE-LAMP", timedelta(hours=27), _nothing_yet),
    Scene("WAT-METER", timedelta(days=2), _asked),
    Scene("SEW-SPILL", timedelta(days=3), _late, crowd=6),
    Scene("WAS-DUMP", timedelta(hours=6), _supported),
    Scene("PAR-FALLEN", timedelta(days=24), _confirmed),
    Scene("CUS-BILL", timedelta(days=52), _confirmed),
)
_NEIGHBOUR_SCENES = (
    Scene("ROA-SIGNAL", timedelta(minutes=95), _under_way, crowd=3),
    Scene("ELE-OUTAGE", timedelta(minutes=40), _supported, crowd=9),
    Scene("WAT-LEAK", timedelta(days=3), _disputed),
    Scene("PAR-GRASS", timedelta(days=1), _nothing_yet),
)


# The desks of the agents


def _desk(stage: Stage, department: DemoDepartment) -> None:
    """A working morning: something new, something under way, one that expires soon and one that did."""
    categories = [
        category for category in stage.world.categories.values() if category.department.id == department.id
    ]
    if not categories or not stage.world.residents:
        return
    rng = Random(f"{stage.seed} desk {department.code}")
    now = stage.world.now
    ago = [timedelta(minutes=25), timedelta(hours=2), timedelta(hours=7), timedelta(hours=26)]
    for place, back in enumerate(ago):
        tale = _at_desk(stage, rng.choice(categories), now - back, rng)
        if place == 2 and not department.is_manual:
            stage.work(tale, now - back + timedelta(hours=1))
    expiring = _at_desk(stage, rng.choice(categories), None, rng)
    stage.work(expiring, expiring.created_at + (now - expiring.created_at) * 0.4)
    done = _at_desk(stage, rng.choice(categories), now - timedelta(days=2), rng)
    stage.work(done, now - timedelta(hours=30))
    done.resolve(now - timedelta(hours=4), note=_fix(stage, done))


def _at_desk(stage: Stage, category: DemoCategory, at: datetime | None, rng: Random) -> Tale:
    source = rng.choice((Source.WEB, Source.WEB, Source.CALL_CENTRE))
    return stage.scene(
        category.code,
        at=at or _expiring(category, stage.world.now),
        reporter=rng.choice(stage.world.residents),
        spot=rng.choice(_near(stage.world.spots)),
        source=source,
    )


def _near(spots: Sequence[Spot]) -> Sequence[Spot]:
    return spots[: max(1, len(spots) * 2 // 3)]


def _expiring(category: DemoCategory, now: datetime) -> datetime:
    """When something must have been reported for its promise to run out in a while."""
    standard = category.standard(category.priority)
    if standard is None:
        return now - timedelta(hours=3)
    return latest_start(standard.hours, standard.resolve_seconds, by=now + _EXPIRING_IN)


def latest_start(hours: WorkingCalendar, seconds: float, *, by: datetime) -> datetime:
    """The latest moment from which `seconds` of working time end by `by`; at most some months back."""
    early, late = by - _LONGEST_BACK, by
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if hours.add(middle, seconds) <= by:
            early = middle
        else:
            late = middle
    return early
