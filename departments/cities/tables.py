"""Reads a city's folder into plain values. Pure: no database.

A city is `city.toml` (organisation, map, regions, calendars, departments) with `wards.csv`,
`suburbs.csv` and `categories.csv` beside it, and `SOURCES.md` saying where each fact comes from.
What apps above this one take from the folder, they read themselves (`parts.py`).
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from departments.geometry import Bounds, WardPoint

CITIES = Path(__file__).parent
ASSUMPTION = "assumption"
_UNITS = {"h": 60}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class UnknownCity(LookupError):
    """There is no folder for this city."""


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    slug: str
    name: str
    kind: str
    reference_prefix: str
    timezone: str
    country: str
    language: str
    accent: str
    phone: str
    website: str


@dataclass(frozen=True, slots=True)
class RegionRow:
    code: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """Weekly working hours; `weekdays` count from Monday = 0, an end of 24:00 is time.max."""

    code: str
    name: str
    around_the_clock: bool
    source: str
    weekdays: tuple[int, ...]
    hours: tuple[tuple[time, time], ...]

    @property
    def minutes_per_day(self) -> int:
        return sum(_minute(end) - _minute(start) for start, end in self.hours)


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    code: str
    name: str
    calendar: str
    description: str
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WardRow:
    number: int
    region: str
    population: int
    population_imputed: bool
    latitude: float
    longitude: float
    region_verified: bool
    note: str

    @property
    def point(self) -> WardPoint:
        return WardPoint(self.number, self.latitude, self.longitude)


@dataclass(frozen=True, slots=True)
class SuburbRow:
    name: str
    ward: int
    region: str
    latitude: float
    longitude: float
    source: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A kind of problem with its promise; the minutes are working minutes of `calendar`."""

    code: str
    department: str
    name: str
    description: str
    keywords: tuple[str, ...]
    priority: str
    calendar: str
    respond_minutes: int
    respond_source: str
    resolve_minutes: int
    resolve_source: str
    published_as: str
    public_space: bool
    supporters_verify: bool


@dataclass(frozen=True, slots=True)
class City:
    organisation: OrganisationRow
    bounds: Bounds
    margin: float
    regions: tuple[RegionRow, ...]
    calendars: tuple[CalendarRow, ...]
    departments: tuple[DepartmentRow, ...]
    wards: tuple[WardRow, ...]
    suburbs: tuple[SuburbRow, ...]
    categories: tuple[CategoryRow, ...]


def known_cities() -> list[str]:
    """The slugs of all cities that have a folder."""
    return sorted(path.parent.name for path in CITIES.glob("*/city.toml"))


def read_city(slug: str) -> City:
    """Everything known about a city. Raises UnknownCity."""
    if slug not in known_cities():
        raise UnknownCity(slug)
    folder = CITIES / slug
    document = tomllib.loads((folder / "city.toml").read_text(encoding="utf-8"))
    map_extent = dict(document["map"])
    margin = map_extent.pop("margin")
    calendars = tuple(_calendar(row) for row in document["calendars"])
    return City(
        organisation=OrganisationRow(**document["organisation"]),
        bounds=Bounds(**map_extent),
        margin=margin,
        regions=tuple(RegionRow(**row) for row in document["regions"]),
        calendars=calendars,
        departments=tuple(
            DepartmentRow(**{**row, "stages": tuple(row["stages"])}) for row in document["departments"]
        ),
        wards=tuple(_ward(row) for row in _rows(folder / "wards.csv")),
        suburbs=tuple(_suburb(row) for row in _rows(folder / "suburbs.csv")),
        categories=tuple(_category(row, calendars) for row in _rows(folder / "categories.csv")),
    )


def working_minutes(duration: str, *, calendar: CalendarRow) -> int:
    """`24h` or `3d` as minutes; a day is a working day of the calendar."""
    amount, unit = int(duration[:-1]), duration[-1]
    return amount * (calendar.minutes_per_day if unit == "d" else _UNITS[unit])


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def _calendar(row: dict[str, Any]) -> CalendarRow:
    return CalendarRow(
        code=row["code"],
        name=row["name"],
        around_the_clock=row["around_the_clock"],
        source=row["source"],
        weekdays=tuple(_DAYS.index(day) for day in row["days"]),
        hours=tuple((_clock_time(start), _clock_time(end)) for start, end in row["hours"]),
    )


def _clock_time(written: str) -> time:
    return time.max if written == "24:00" else time.fromisoformat(written)


def _minute(moment: time) -> int:
    return 24 * 60 if moment == time.max else moment.hour * 60 + moment.minute


def _ward(row: dict[str, str]) -> WardRow:
    return WardRow(
        number=int(row["number"]),
        region=row["region"],
        population=int(row["population"]),
        population_imputed=row["population_source"] == "imputed",
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        region_verified=row["region_source"] == "published",
        note=row["note"],
    )


def _suburb(row: dict[str, str]) -> SuburbRow:
    return SuburbRow(
        name=row["name"],
        ward=int(row["ward"]),
        region=row["region"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        source=row["source"],
    )


def _category(row: dict[str, str], calendars: tuple[CalendarRow, ...]) -> CategoryRow:
    calendar = next(calendar for calendar in calendars if calendar.code == row["calendar"])
    return CategoryRow(
        code=row["code"],
        department=row["department"],
        name=row["name"],
        description=row["description"],
        keywords=tuple(row["keywords"].split(";")),
        priority=row["priority"],
        calendar=calendar.code,
        respond_minutes=working_minutes(row["respond_within"], calendar=calendar),
        respond_source=row["respond_source"],
        resolve_minutes=working_minutes(row["resolve_within"], calendar=calendar),
        resolve_source=row["resolve_source"],
        published_as=row["published_as"],
        public_space=row["public_space"] == "yes",
        supporters_verify=row["supporters_verify"] == "yes",
    )
