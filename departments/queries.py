"""Answers composed of several rows: the ward of a place, the standard of a category, working hours."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Max, Model, Prefetch, QuerySet
from django.utils import timezone

from accounts.models import Organisation
from common.distances import metres_between
from common.identifiers import as_uuid
from departments.escalation import USUAL_LADDER, Step
from departments.geometry import WardIndex
from departments.models import (
    Calendar,
    Category,
    Department,
    DepartmentMember,
    EscalationLadder,
    Leave,
    Region,
    Shift,
    Stage,
    Standard,
    Suburb,
    Ward,
)
from departments.permissions import remember_departments
from departments.querysets import CalendarQuerySet, CategoryQuerySet, LeaveQuerySet, StandardQuerySet

Row = TypeVar("Row", bound=Model)

_SUBURB_REACH_METRES = 3_336
# How alike a mistyped name must be (a ratio of difflib), and how long.
_ALIKE, _FEWEST_LETTERS = 0.84, 5


def ward_at(organisation_id: uuid.UUID, latitude: float, longitude: float) -> Ward | None:
    """The ward that covers a place, or None outside the organisation's area or without wards."""
    wards = Ward.objects.of_organisation(organisation_id)
    shaped_at = wards.aggregate(latest=Max("shaped_at"))["latest"]
    if shaped_at is None:
        return None
    number = ward_index(organisation_id, shaped_at).locate(latitude, longitude)
    # Without its shape, which can be as long as a book.
    return wards.filter(number=number).defer("shape").first() if number is not None else None


def metres_outside(organisation_id: uuid.UUID, latitude: float, longitude: float) -> float:
    """How far a place is outside all wards; 0 inside, and where no ward has a shape."""
    shaped_at = Ward.objects.of_organisation(organisation_id).aggregate(latest=Max("shaped_at"))["latest"]
    if shaped_at is None:
        return 0.0
    return ward_index(organisation_id, shaped_at).metres_outside(latitude, longitude)


# Shapes change about once in five years and are expensive to read: kept per process until the
# newest `shaped_at` says that they were replaced.
@lru_cache(maxsize=16)
def ward_index(organisation_id: uuid.UUID, shaped_at: datetime) -> WardIndex:
    """The index over an organisation's ward shapes as they were loaded at `shaped_at`."""
    wards = Ward.objects.of_organisation(organisation_id).exclude(shape=None).only("number", "shape")
    return WardIndex({ward.number: ward.shape for ward in wards if ward.shape})


def nearest_suburb(organisation_id: uuid.UUID, latitude: float, longitude: float) -> Suburb | None:
    """The suburb whose point is nearest, of those that are within a few kilometres."""
    suburb = Suburb.objects.of_organisation(organisation_id).nearest_to(latitude, longitude).first()
    if suburb is None:
        return None
    metres = metres_between((latitude, longitude), (suburb.latitude, suburb.longitude))
    return suburb if metres < _SUBURB_REACH_METRES else None


def kinds_stamp(organisation_id: uuid.UUID) -> str:
    """Changes when another kind of problem, or another suburb, can be chosen."""
    kinds = Category.objects.of_organisation(organisation_id).active().by_department()
    suburbs = Suburb.objects.of_organisation(organisation_id).by_name()
    rows = [*kinds.values_list("pk", "name"), *suburbs.values_list("pk", "name")]
    return "|".join(f"{key} {name}" for key, name in rows)


def standard_for(category: Category | None, priority: int) -> Standard | None:
    """The promise that applies to a category and priority, or None where nothing was promised."""
    if category is None:
        return None
    return Standard.objects.for_category(category.pk, priority).first()


def standards_counted_by(calendar: Calendar) -> StandardQuerySet:
    """The promises in use whose time runs in this calendar, by category."""
    return Standard.objects.counted_by(calendar).in_use().with_category().by_category()


def standards_of(organisation_id: uuid.UUID) -> StandardQuerySet:
    """All that is promised, or was and is switched off."""
    return Standard.objects.of_organisation(organisation_id).with_category()


def calendars_of(organisation_id: uuid.UUID) -> CalendarQuerySet:
    """The organisation's hours in all their versions."""
    return Calendar.objects.of_organisation(organisation_id)


def find_calendar(organisation_id: uuid.UUID, key: str) -> Calendar | None:
    """A version by its id, or what is in force under a name."""
    versions, is_id = calendars_of(organisation_id), as_uuid(key) is not None
    return (versions if is_id else versions.in_force()).filter(**_named(key, "name")).first()


def first_department(organisation_id: uuid.UUID) -> Department | None:
    """Where a ticket goes that nobody knows a department for."""
    return Department.objects.of_organisation(organisation_id).active().in_order_of_creation().first()


def departments_to_choose_from(user: Any) -> list[Department]:
    """The departments of the organisations in which the person works, by name."""
    return list(Department.objects.visible_to(user).active().by_name())


def find_department(organisation_id: uuid.UUID, key: str) -> Department | None:
    """An active department of the organisation, by id or code."""
    return Department.objects.of_organisation(organisation_id).active().filter(**_named(key, "code")).first()


def find_category(organisation_id: uuid.UUID, key: str) -> Category | None:
    """An active category of the organisation, by id or code, with its department."""
    categories = Category.objects.of_organisation(organisation_id).active().select_related("department")
    return categories.filter(**_named(key, "code")).first()


def find_stage(department: Department, key: str) -> Stage | None:
    """A stage of the department, by id or name."""
    return department.stages.filter(**_named(key, "name")).first()


def _named(key: str, column: str) -> dict[str, Any]:
    try:
        return {"pk": uuid.UUID(key)}
    except ValueError:
        return {f"{column}__iexact": key}


def stages_of(organisation_id: uuid.UUID) -> QuerySet[Stage]:
    return Stage.objects.filter(department__organisation_id=organisation_id).select_related("department")


def desks_of(organisation_id: uuid.UUID, people: Iterable[uuid.UUID]) -> list[DepartmentMember]:
    """Where these people work in the organisation, and what they hold."""
    members = DepartmentMember.objects.active().filter(
        department__organisation_id=organisation_id, user_id__in=list(people)
    )
    return list(members.with_people())


def read_departments(people: Mapping[uuid.UUID, Any]) -> None:
    """Let these people's departments be known: one query, however many there are."""
    own: dict[uuid.UUID, set[uuid.UUID]] = {person: set() for person in people}
    members = DepartmentMember.objects.active().of_users(people)
    for user_id, department_id in members.values_list("user_id", "department_id"):
        own[user_id].add(department_id)
    for key, person in people.items():
        remember_departments(person, own[key])


def all_desks_of(organisation_id: uuid.UUID, people: Iterable[uuid.UUID]) -> list[DepartmentMember]:
    """The same with skills and regions, also of people who were invited or do not work there any more."""
    desks = DepartmentMember.objects.in_organisation(organisation_id).of_users(people).not_ended()
    return list(desks.with_people().prefetch_related("skills", "regions"))


def find_categories(organisation_id: uuid.UUID, keys: Sequence[str]) -> list[Category] | None:
    """Active categories of the organisation, by ids or codes; None where one is not there."""
    categories = Category.objects.of_organisation(organisation_id).active().named(keys)
    found = {name: category for category in categories for name in (str(category.pk), category.code.lower())}
    return _each(found, [key.lower() for key in keys])


def find_regions(organisation_id: uuid.UUID, keys: Sequence[str]) -> list[Region] | None:
    """Regions of the organisation, by ids or numbers; None where one is not there."""
    regions = Region.objects.of_organisation(organisation_id)
    found = {name: region for region in regions for name in (str(region.pk), str(region.number))}
    return _each(found, [key.lower() for key in keys])


def _each(found: Mapping[str, Row], keys: Sequence[str]) -> list[Row] | None:
    return list(dict.fromkeys(found[key] for key in keys)) if found.keys() >= set(keys) else None


def departments_in(organisation_id: uuid.UUID) -> QuerySet[Department]:
    return Department.objects.of_organisation(organisation_id)


def categories_of(organisation_id: uuid.UUID) -> QuerySet[Category]:
    return Category.objects.of_organisation(organisation_id).select_related("department")


def wards_of(organisation_id: uuid.UUID) -> QuerySet[Ward]:
    return Ward.objects.of_organisation(organisation_id).select_related("region")


def categories_to_choose_from(user: Any) -> list[Category]:
    return list(Category.objects.visible_to(user).active().by_name())


def wards_to_choose_from(user: Any) -> list[Ward]:
    """Without their shapes, which no choice needs."""
    return list(Ward.objects.visible_to(user).by_number().defer("shape"))


def suburbs_like(organisation_id: uuid.UUID, typed: str) -> list[Suburb]:
    """The suburbs that somebody can have meant, the likeliest first.

    Those whose names start so, the whole name first; where there is none, those that are it but for an error.
    """
    suburbs = Suburb.objects.of_organisation(organisation_id)
    return list(suburbs.named_like(typed)) or _mistyped(typed, suburbs.by_name())


def _mistyped(typed: str, suburbs: Iterable[Suburb]) -> list[Suburb]:
    """Short words are like too many others to be read as anything else."""
    if len(typed) < _FEWEST_LETTERS:
        return []
    names = {suburb.name.casefold(): suburb for suburb in suburbs}
    return [names[name] for name in difflib.get_close_matches(typed.casefold(), names, cutoff=_ALIKE)]


def suburb_names(organisation_id: uuid.UUID) -> list[str]:
    return list(Suburb.objects.of_organisation(organisation_id).by_name().values_list("name", flat=True))


def has_ward(organisation_id: uuid.UUID, number: int) -> bool:
    return Ward.objects.of_organisation(organisation_id).with_number(number).exists()


def reportable_category(organisation_id: uuid.UUID, key: uuid.UUID) -> Category | None:
    """A kind of problem that residents may report, with its department and its hours."""
    categories: CategoryQuerySet = Category.objects.of_organisation(organisation_id)
    return categories.active().by_department().with_key(key).first()


class Ladders:
    """The ladders in force, each organisation's read once; made anew for each piece of work."""

    def __init__(self) -> None:
        self._known: dict[uuid.UUID, dict[uuid.UUID | None, Sequence[Step]]] = {}

    def steps(self, organisation_id: uuid.UUID, department_id: uuid.UUID | None) -> Sequence[Step]:
        """The department's ladder, else the organisation's, else the usual one.

        None where the organisation keeps no account.
        """
        if organisation_id not in self._known:
            self._known[organisation_id] = _ladders_of(organisation_id)
        ladders = self._known[organisation_id]
        return ladders.get(department_id, ladders[None])


def _ladders_of(organisation_id: uuid.UUID) -> dict[uuid.UUID | None, Sequence[Step]]:
    organisations = Organisation.objects.filter(pk=organisation_id)
    if not organisations.values_list("accountability_enabled", flat=True).get():
        return {None: ()}
    rows = EscalationLadder.objects.of_organisation(organisation_id).in_force().prefetch_related("steps")
    ladders: dict[uuid.UUID | None, Sequence[Step]] = {None: USUAL_LADDER}
    for row in rows:
        steps = sorted(row.steps.all(), key=lambda step: step.position)
        ladders[row.department_id] = [step.as_step() for step in steps]
    return ladders


def leave_of(desks: Iterable[DepartmentMember]) -> LeaveQuerySet:
    """Leave from these desks that is not over yet, the next first."""
    rows = Leave.objects.filter(member__in=[desk.pk for desk in desks]).not_over(timezone.localdate())
    return rows.select_related("member__department").in_order()


def shifts_of(desks: Iterable[DepartmentMember]) -> list[DepartmentMember]:
    """These desks with their shifts in order and the hours of their departments."""
    in_order = Prefetch("shifts", queryset=Shift.objects.in_order())
    rows = DepartmentMember.objects.filter(pk__in=[desk.pk for desk in desks])
    return list(rows.select_related("department__calendar").prefetch_related(in_order).order_by("pk"))


def ladder_versions(organisation: Organisation, department: Department | None) -> list[EscalationLadder]:
    """What was written, the newest first."""
    versions = EscalationLadder.objects.of(organisation.pk, department.pk if department else None)
    return list(versions.order_by("-version"))


def ladders_to_write(user: Any) -> list[tuple[Organisation, Department | None]]:
    """The ladders that the person answers for: of whole organisations first, then of departments."""
    organisations = Organisation.objects.active().managed_by(user).order_by("name")
    departments = Department.objects.managed_by(user).active().by_name().select_related("organisation")
    own: list[tuple[Organisation, Department | None]] = [(row, None) for row in organisations]
    return [*own, *((row.organisation, row) for row in departments)]
