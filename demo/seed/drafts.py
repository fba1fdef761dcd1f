"""What is reported, where, when and by whom: the first lines of every story."""

from __future__ import annotations

import uuid
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from demo.seed.identifiers import key_at
from demo.seed.people import DOMAIN, random_name
from demo.seed.rows import Row
from demo.seed.tale import Tale
from demo.seed.words import Wording, Words, word_report
from demo.seed.world import DemoCategory, Resident, Spot, World
from departments.enums import Priority
from tickets.enums import Source, Status

ZONE = ZoneInfo("Africa/Johannesburg")
# Monday to Sunday, and midnight to midnight: when people report.
_WEEKDAYS = (1.25, 1.15, 1.1, 1.05, 1.05, 0.7, 0.55)
_HOURS = (1, 1, 1, 1, 2, 5, 10, 15, 17, 16, 14, 12, 11, 11, 11, 12, 13, 15, 16, 14, 11, 8, 5, 2)
_WET_MONTHS = frozenset({10, 11, 12, 1, 2, 3})
_SEASONS = {"storm": (1.55, 0.6), "dry": (0.8, 1.35), "even": (1.0, 1.0)}
_SOURCES = (
    (Source.WEB, 55),
    (Source.CALL_CENTRE, 25),
    (Source.SMS, 7),
    (Source.EMAIL, 6),
    (Source.OPEN311, 5),
    (Source.API, 2),
)
_KNOWN_REPORTERS = 0.64
_NOTHING_YET: Row = {
    "assignee_id": None,
    "is_pinned": False,
    "queued_at": None,
    "latitude": None,
    "longitude": None,
    "ward_id": None,
    "is_public": False,
    "duplicate_of_id": None,
    "updated_at": None,
    "assigned_at": None,
    "started_at": None,
    "responded_at": None,
    "resolved_at": None,
    "closed_at": None,
    "due_at": None,
    "expired_at": None,
    "auto_close_at": None,
}


@dataclass(slots=True)
class Draft:
    """A report before it has a ward: chance has decided what and roughly where."""

    rng: Random
    created_at: datetime
    category: DemoCategory
    spot: Spot
    latitude: float
    longitude: float
    # An earlier report of the same thing, and what this report became.
    original: Draft | None = None
    tale: Tale | None = None


def moments(count: int, *, days: int, midnight: datetime, rng: Random) -> list[datetime]:
    """When `count` reports came in during the `days` before `midnight`, in order."""
    dates = [(midnight.astimezone(ZONE) - timedelta(days=back)).date() for back in range(days, 0, -1)]
    weights = [(0.8 + 0.4 * place / days) * _WEEKDAYS[day.weekday()] for place, day in enumerate(dates)]
    by_day, by_hour = list(accumulate(weights)), list(accumulate(_HOURS))
    found = []
    for _report in range(count):
        day = dates[bisect(by_day, rng.random() * by_day[-1])]
        hour = bisect(by_hour, rng.random() * by_hour[-1])
        local = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), ZONE)
        found.append(local.astimezone(UTC) + timedelta(microseconds=rng.randrange(1_000_000)))
    return sorted(found)


class Drafter:
    """Draws reports with the city's frequencies."""

    def __init__(self, world: World, words: Words) -> None:
        self.world = world
        self.words = words
        self._categories = [world.categories[code] for code in words.frequencies if code in world.categories]
        self._wet, self._dry = (self._weights(season) for season in (0, 1))
        self._spots = list(accumulate(spot.weight for spot in world.spots))
        self._sources = list(accumulate(weight for _source, weight in _SOURCES))

    def draft(self, seed: str, created_at: datetime) -> Draft:
        """The report that these dice give."""
        rng = Random(seed)
        weights = self._wet if created_at.month in _WET_MONTHS else self._dry
        category = self._categories[bisect(weights, rng.random() * weights[-1])]
        spot = self.world.spots[bisect(self._spots, rng.random() * self._spots[-1])]
        latitude = round(rng.gauss(spot.latitude, spot.spread * 0.45), 6)
        longitude = round(rng.gauss(spot.longitude, spot.spread * 0.5), 6)
        return Draft(rng, created_at, category, spot, latitude, longitude)

    def _weights(self, season: int) -> list[float]:
        frequencies = [self.words.frequencies[category.code] for category in self._categories]
        return list(accumulate(it.weight * _SEASONS[it.season][season] for it in frequencies))

    def begin(self, draft: Draft, *, reference: str, ward: int | None) -> tuple[Tale, uuid.UUID | None, str]:
        """The story's first lines, who logged it, and for whom."""
        rng = draft.rng
        source = _SOURCES[bisect(self._sources, rng.random() * self._sources[-1])][0]
        reporter = rng.choice(self.world.residents) if rng.random() < _KNOWN_REPORTERS else None
        contact = reporter or self._guest(rng)
        tale = begin_tale(
            self.world,
            self.words,
            draft,
            reference=reference,
            ward=ward,
            source=source,
            reporter=reporter,
            contact=contact,
        )
        if source is Source.CALL_CENTRE and self.world.callers:
            caller = rng.choice(self.world.callers)
            return tale, caller, contact.email or contact.phone or contact.name
        return tale, reporter.id if reporter and source is Source.WEB else None, ""

    def _guest(self, rng: Random) -> Resident:
        """Somebody without an account. The numbers begin with 071 000, so that they look made up."""
        name = random_name(self.words.people, rng)
        if rng.random() < 0.5:
            return Resident(uuid.UUID(int=0), name, f"guest{rng.randrange(100_000)}@{DOMAIN}", "", "en")
        return Resident(uuid.UUID(int=0), name, "", f"+2771000{rng.randrange(10, 10_000):04}", "en")


def begin_tale(
    world: World,
    words: Words,
    draft: Draft,
    *,
    reference: str,
    ward: int | None,
    source: Source,
    reporter: Resident | None,
    contact: Resident,
) -> Tale:
    """A story with its ticket's first row, told up to nothing yet."""
    rng, category = draft.rng, draft.category
    wording = word_report(
        words, rng, category=category.code, region=draft.spot.region, suburb=draft.spot.name
    )
    demo_ward = world.wards.get(ward) if ward is not None else None
    ticket = ticket_row(
        world,
        wording,
        key=key_at(rng, int(draft.created_at.timestamp() * 1000)),
        reference=reference,
        category=category,
        source=source,
        contact=contact,
        created_at=draft.created_at,
    ) | {
        "priority": _priority(category.priority, rng),
        "reporter_id": reporter.id if reporter else None,
        "latitude": draft.latitude,
        "longitude": draft.longitude,
        "ward_id": demo_ward.id if demo_ward else None,
        "is_public": category.is_public,
    }
    return Tale(
        world,
        rng,
        ticket=ticket,
        department=category.department,
        category=category,
        region_id=demo_ward.region_id if demo_ward else None,
        reporter=reporter,
    )


def ticket_row(
    world: World,
    wording: Wording,
    *,
    key: uuid.UUID,
    reference: str,
    category: DemoCategory | None,
    source: Source,
    contact: Resident,
    created_at: datetime,
) -> Row:
    """A ticket in its first version, without a place."""
    department = category.department if category else None
    return {
        "id": key,
        "organisation_id": world.organisation_id,
        "reference": reference,
        "title": wording.title[:200],
        "description": wording.description,
        "address": wording.address[:250],
        "status": Status.OPEN,
        "outcome": "",
        "priority": category.priority if category else Priority.MEDIUM,
        "source": source,
        "category_id": category.id if category else None,
        "department_id": department.id if department else None,
        "stage_id": department.stages[0][0] if department and department.stages else None,
        "project_id": None,
        "reporter_id": None,
        "reporter_name": contact.name,
        "reporter_email": contact.email,
        "reporter_phone": contact.phone,
        "reporter_language": contact.language,
        "support_count": 0,
        "version": 1,
        "reopened_count": 0,
        "created_at": created_at,
    } | _NOTHING_YET


def _priority(usual: int, rng: Random) -> int:
    """Now and then somebody judges a case more or less urgent than its kind."""
    chance = rng.random()
    step = 1 if chance < 0.06 else -1 if chance < 0.1 else 0
    return max(Priority.LOW, min(Priority.URGENT, usual + step))


def locate(world: World, drafts: Sequence[Draft]) -> list[int | None]:
    """The ward of each draft; one that fell outside the city moves to the middle of its spot."""
    found = world.index.locate_many([(draft.latitude, draft.longitude) for draft in drafts])
    for place, draft in enumerate(drafts):
        if found[place] is None:
            draft.latitude, draft.longitude = draft.spot.latitude, draft.spot.longitude
            found[place] = world.index.locate(draft.latitude, draft.longitude)
    return found
