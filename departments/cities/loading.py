"""Writes a city's tables into the database: update in place, so that loading twice changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Accent, OrganisationKind
from accounts.models import Organisation
from common.errors import DomainError
from departments.actions.calendars import create_calendar
from departments.cities.parts import PARTS
from departments.cities.tables import ASSUMPTION, CITIES, CalendarRow, CategoryRow, City
from departments.enums import Priority
from departments.geometry import ward_cells
from departments.hours import Hours, public_holidays, with_holidays
from departments.models import (
    Calendar,
    Category,
    Department,
    Region,
    Stage,
    Standard,
    Suburb,
    Ward,
)
from departments.working_time import MINUTES_A_DAY, Intervals

# Tickets from before may be brought along, and reports look back.
YEARS_BACK = 2
# An urgent case of a kind that usually is not: a quarter of the time to respond, half to resolve.
_URGENT_RESPOND_SHARE = 4
_URGENT_RESOLVE_SHARE = 2
_MDB = "Municipal Demarcation Board, Wards 2020 (point, rounded); Statistics South Africa, census 2011"
_SUBURB_SOURCES = {
    "openstreetmap": "© OpenStreetMap contributors, ODbL 1.0 (rounded)",
    "geonames": "GeoNames, CC BY 4.0 (rounded)",
    ASSUMPTION: "assumption: general knowledge, about 1 km",
}

Report = Callable[[str], object]


class PrefixTaken(DomainError):
    code = "prefix_taken"
    sentence = _("Another organisation already uses this reference prefix.")


@transaction.atomic
def load_city(city: City, *, slug: str, today: date, report: Report) -> Organisation:
    """Create or update the city's organisation under `slug`, and everything the tables say about it.

    What the organisation decides for itself afterwards stays: a department's calendar and
    assignment, and ward shapes that were loaded from an official file.
    """
    organisation = _organisation(city, slug)
    report(f"{organisation.name}: reference prefix {organisation.reference_prefix}")
    calendars = _calendars(city, organisation, today)
    report(f"{len(calendars)} calendars")
    regions = _regions(city, organisation)
    wards = _wards(city, organisation, regions)
    report(f"{len(regions)} regions, {len(wards)} wards")
    _approximate_shapes(city, wards.values())
    report(f"{_suburbs(city, organisation, wards)} suburbs")
    departments = _departments(city, organisation, calendars)
    report(f"{len(departments)} departments, {_stages(city, departments)} stages")
    categories = _categories(city, organisation, departments)
    report(f"{len(categories)} categories, {_standards(city, categories, calendars)} standards")
    for part in PARTS:
        report(part(organisation, CITIES / city.organisation.slug))
    return organisation


def _organisation(city: City, slug: str) -> Organisation:
    row = city.organisation
    if Organisation.objects.filter(reference_prefix=row.reference_prefix).exclude(slug=slug).exists():
        raise PrefixTaken(_("Another organisation already uses the prefix %s.") % row.reference_prefix)
    facts = {
        "name": row.name,
        "kind": OrganisationKind(row.kind),
        "reference_prefix": row.reference_prefix,
        "contact_phone": row.phone,
        "country": row.country,
        "time_zone": row.timezone,
    }
    choices = {"accent": Accent(row.accent), "language": row.language, "public_reports": True}
    organisation, _created = Organisation.objects.update_or_create(
        slug=slug, defaults=facts, create_defaults={**facts, **choices}
    )
    return organisation


def _calendars(city: City, organisation: Organisation, today: date) -> dict[str, Calendar]:
    """Those that are not there yet, with the public holidays; the others are the organisation's own."""
    past = public_holidays(organisation.country, range(today.year - YEARS_BACK, today.year))
    present = {row.name: row for row in Calendar.objects.of_organisation(organisation.pk).in_force()}
    calendars = {}
    for row in city.calendars:
        calendars[row.code] = present.get(row.name) or create_calendar(
            organisation,
            name=row.name,
            hours=Hours(
                organisation.time_zone,
                around_the_clock=row.around_the_clock,
                weekly=tuple(_intervals(row) if day in row.weekdays else () for day in range(7)),
                days=() if row.around_the_clock else with_holidays((), past),
            ),
            keeps_public_holidays=not row.around_the_clock,
            acting_user=None,
        )
    return calendars


def _intervals(row: CalendarRow) -> Intervals:
    return tuple((_minute(start), _minute(end)) for start, end in row.hours)


def _minute(moment: time) -> int:
    return MINUTES_A_DAY if moment == time.max else moment.hour * 60 + moment.minute


def _regions(city: City, organisation: Organisation) -> dict[str, Region]:
    Region.objects.bulk_create(
        [Region(organisation=organisation, number=int(row.code), name=row.name) for row in city.regions],
        update_conflicts=True,
        unique_fields=["organisation", "number"],
        update_fields=["name"],
    )
    return {str(region.number): region for region in Region.objects.filter(organisation=organisation)}


def _wards(city: City, organisation: Organisation, regions: dict[str, Region]) -> dict[int, Ward]:
    Ward.objects.bulk_create(
        [
            Ward(
                organisation=organisation,
                region=regions[row.region],
                number=row.number,
                name=f"Ward {row.number}",
                population=row.population,
                latitude=row.latitude,
                longitude=row.longitude,
                source="; ".join(filter(None, [_MDB, row.note])),
            )
            for row in city.wards
        ],
        update_conflicts=True,
        unique_fields=["organisation", "number"],
        update_fields=["region", "name", "population", "latitude", "longitude", "source"],
    )
    return {ward.number: ward for ward in Ward.objects.filter(organisation=organisation)}


def _approximate_shapes(city: City, wards: Iterable[Ward]) -> None:
    """A cell for every ward that has no official shape."""
    cells = ward_cells([row.point for row in city.wards], bounds=city.bounds, margin=city.margin)
    approximate = [ward for ward in wards if ward.is_approximate and ward.number in cells]
    # Through JSON and back: the database keeps lists where shapely gives tuples.
    changed = [ward for ward in approximate if ward.shape != json.loads(json.dumps(cells[ward.number]))]
    for ward in changed:
        ward.shape = cells[ward.number]
        ward.shaped_at = timezone.now()
    Ward.objects.bulk_update(changed, ["shape", "shaped_at"])


def _suburbs(city: City, organisation: Organisation, wards: dict[int, Ward]) -> int:
    suburbs = [
        Suburb(
            organisation=organisation,
            ward=wards[row.ward],
            name=row.name,
            latitude=row.latitude,
            longitude=row.longitude,
            source=_SUBURB_SOURCES[row.source],
        )
        for row in city.suburbs
    ]
    Suburb.objects.bulk_create(
        suburbs,
        update_conflicts=True,
        unique_fields=["organisation", "name"],
        update_fields=["ward", "latitude", "longitude", "source"],
    )
    return len(suburbs)


def _departments(
    city: City, organisation: Organisation, calendars: dict[str, Calendar]
) -> dict[str, Department]:
    Department.objects.bulk_create(
        [
            Department(
                organisation=organisation,
                code=row.code,
                name=row.name,
                description=row.description,
                calendar=calendars[row.calendar],
            )
            for row in city.departments
        ],
        update_conflicts=True,
        unique_fields=["organisation", "code"],
        update_fields=["name", "description"],
    )
    return {
        department.code: department for department in Department.objects.filter(organisation=organisation)
    }


def _stages(city: City, departments: dict[str, Department]) -> int:
    stages = [
        Stage(department=departments[row.code], name=name, position=position)
        for row in city.departments
        for position, name in enumerate(row.stages, start=1)
    ]
    Stage.objects.bulk_create(
        stages,
        update_conflicts=True,
        unique_fields=["department", "position"],
        update_fields=["name"],
    )
    return len(stages)


def _categories(
    city: City, organisation: Organisation, departments: dict[str, Department]
) -> dict[str, Category]:
    Category.objects.bulk_create(
        [
            Category(
                organisation=organisation,
                department=departments[row.department],
                code=row.code,
                name=row.name,
                description=row.description,
                keywords=", ".join(row.keywords),
                default_priority=Priority.from_word(row.priority),
                is_public_space=row.public_space,
            )
            for row in city.categories
        ],
        update_conflicts=True,
        unique_fields=["organisation", "code"],
        update_fields=[
            "department",
            "name",
            "description",
            "keywords",
            "default_priority",
            "is_public_space",
        ],
    )
    return {category.code: category for category in Category.objects.filter(organisation=organisation)}


def _standards(city: City, categories: dict[str, Category], calendars: dict[str, Calendar]) -> int:
    standards = [
        standard
        for row in city.categories
        for standard in _standards_of(row, categories[row.code], calendars[row.calendar])
    ]
    Standard.objects.bulk_create(
        standards,
        update_conflicts=True,
        unique_fields=["category", "priority"],
        update_fields=[
            "respond_within_seconds",
            "resolve_within_seconds",
            "calendar",
            "source",
            "is_assumption",
        ],
    )
    return len(standards)


def _standards_of(row: CategoryRow, category: Category, calendar: Calendar) -> list[Standard]:
    """The promise of the table, for every priority; and a shorter one for urgent cases, assumed."""
    published = [source for source in (row.resolve_source, row.respond_source) if source != ASSUMPTION]
    usual = Standard(
        category=category,
        calendar=calendar,
        respond_within_seconds=row.respond_minutes * 60,
        resolve_within_seconds=row.resolve_minutes * 60,
        source=published[0] if published else ASSUMPTION,
        is_assumption=not published,
    )
    if row.priority == Priority.URGENT.word:
        return [usual]
    urgent = Standard(
        category=category,
        priority=Priority.URGENT,
        calendar=calendar,
        respond_within_seconds=row.respond_minutes * 60 // _URGENT_RESPOND_SHARE,
        resolve_within_seconds=row.resolve_minutes * 60 // _URGENT_RESOLVE_SHARE,
        source=ASSUMPTION,
        is_assumption=True,
    )
    return [usual, urgent]
