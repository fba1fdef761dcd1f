"""The words of the demo city: reports by category, answers by department, streets by region."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class DepartmentWords:
    notes: list[str]
    questions: list[str]


@dataclass(frozen=True, slots=True)
class PeopleWords:
    replies: list[str]
    follow_ups: list[str]
    acknowledgements: list[str]
    call_notes: list[str]
    thanks: list[str]
    promotions: list[str]
    disputes: list[str]
    transfers: list[str]
    overrides: list[str]
    rejections: list[str]
    withdrawals: list[str]
    first_names: list[str]
    last_names: list[str]


@dataclass(frozen=True, slots=True)
class PlaceWords:
    streets: list[str]
    landmarks: list[str]


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a category is reported, and in which season more."""

    weight: float
    season: str


@dataclass(frozen=True, slots=True)
class Words:
    reports: dict[str, list[tuple[str, str]]]
    fixes: dict[str, list[str]]
    departments: dict[str, DepartmentWords]
    people: PeopleWords
    places: dict[str, PlaceWords]
    frequencies: dict[str, Frequency]


@dataclass(frozen=True, slots=True)
class Wording:
    """One report in words."""

    title: str
    description: str
    address: str


@cache
def read_words() -> Words:
    """All words, read once."""
    reports: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((HERE / "words").glob("*.toml")):
        for code, table in _read(path).items():
            reports[code] = [(title, description) for title, description in table["reports"]]
    conversation = HERE / "conversation"
    return Words(
        reports=reports,
        fixes=_read(conversation / "fixes.toml"),
        departments={
            code: DepartmentWords(**table) for code, table in _read(conversation / "departments.toml").items()
        },
        people=PeopleWords(**_read(conversation / "people.toml")),
        places={code: PlaceWords(**table) for code, table in _read(conversation / "places.toml").items()},
        frequencies={code: Frequency(*row) for code, row in _read(HERE / "weights.toml").items()},
    )


def word_report(words: Words, rng: Random, *, category: str, region: str, suburb: str) -> Wording:
    """A title and a description for a problem of this category in this suburb, with its address."""
    title, description = rng.choice(words.reports[category])
    place = words.places[region]
    street, cross = rng.sample(place.streets, 2)
    number = rng.randint(3, 980)
    blanks: dict[str, Any] = {
        "street": street,
        "cross": cross,
        "suburb": suburb,
        "landmark": rng.choice(place.landmarks),
        "days": rng.randint(4, 9),
        "number": number,
        "hour": f"{rng.randint(5, 22):02}:{rng.choice((0, 15, 30, 45)):02}",
    }
    filled = title.format(**blanks)
    return Wording(
        title=filled[0].upper() + filled[1:],
        description=description.format(**blanks),
        address=f"{number} {street}, {suburb}",
    )


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
