"""The city as the generator needs it: plain values in memory, read once from the database."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.enums import Role
from accounts.models import Membership, Organisation, User
from departments.enums import AssignmentStrategy
from departments.geometry import WardIndex
from departments.models import Calendar, Category, Department, DepartmentMember, Standard, Suburb, Ward
from departments.working_time import WorkingCalendar

# A suburb without people's numbers of its own spreads over about this many degrees (about 900 m).
SUBURB_SPREAD = 0.0085
WARD_SPREAD = 0.006


@dataclass(slots=True)
class Member:
    """One department member while the story is told; `load` is what they hold at its end."""

    id: uuid.UUID
    user_id: uuid.UUID
    name: str
    capacity: int
    is_admin: bool
    skills: frozenset[uuid.UUID]
    regions: frozenset[uuid.UUID]
    load: int = 0
    last_assigned_at: datetime | None = None

    def can_take(self, category_id: uuid.UUID | None, region_id: uuid.UUID | None) -> bool:
        skilled = not self.skills or category_id in self.skills
        return skilled and (not self.regions or region_id in self.regions)


@dataclass(frozen=True, slots=True)
class DemoDepartment:
    id: uuid.UUID
    code: str
    name: str
    hours: WorkingCalendar
    is_manual: bool
    stages: list[tuple[uuid.UUID, str]]
    members: list[Member]

    @property
    def agents(self) -> list[Member]:
        return [member for member in self.members if not member.is_admin] or self.members

    @property
    def admin(self) -> Member:
        return next((member for member in self.members if member.is_admin), self.members[0])


@dataclass(frozen=True, slots=True)
class DemoStandard:
    id: uuid.UUID
    respond_seconds: int
    resolve_seconds: int
    calendar_id: uuid.UUID
    hours: WorkingCalendar


@dataclass(frozen=True, slots=True)
class DemoCategory:
    id: uuid.UUID
    code: str
    department: DemoDepartment
    priority: int
    is_public: bool
    standards: dict[int | None, DemoStandard]

    def standard(self, priority: int) -> DemoStandard | None:
        return self.standards.get(priority) or self.standards.get(None)


@dataclass(frozen=True, slots=True)
class DemoWard:
    id: uuid.UUID
    number: int
    region_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Spot:
    """Somewhere people live: a name, a middle, and how far it reaches."""

    name: str
    region: str
    latitude: float
    longitude: float
    spread: float
    weight: float


@dataclass(frozen=True, slots=True)
class Resident:
    id: uuid.UUID
    name: str
    email: str
    phone: str
    language: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a ticket's story can refer to."""

    organisation_id: uuid.UUID
    prefix: str
    verifies: bool
    auto_close: timedelta
    verification: timedelta
    reminder: timedelta
    departments: dict[str, DemoDepartment]
    categories: dict[str, DemoCategory]
    wards: dict[int, DemoWard]
    index: WardIndex
    spots: list[Spot]
    residents: list[Resident]
    callers: list[uuid.UUID]
    people: dict[str, Resident]
    now: datetime


def read_world(
    organisation: Organisation, residents: list[User], *, now: datetime, people: dict[str, User]
) -> World:
    """The organisation's world; `people` are those to sign in as, by the first part of their e-mail."""
    calendars = _hours(organisation)
    departments = _departments(organisation, calendars)
    wards = list(Ward.objects.of_organisation(organisation.pk).select_related("region").by_number())
    call_centre = Membership.objects.of_organisation(organisation.pk).filter(role=Role.CALL_CENTRE)
    return World(
        organisation_id=organisation.pk,
        prefix=organisation.reference_prefix,
        verifies=organisation.verification_required,
        auto_close=timedelta(days=organisation.auto_close_days),
        verification=timedelta(days=organisation.verification_days),
        reminder=timedelta(days=organisation.verification_reminder_days),
        departments={department.code: department for department in departments.values()},
        categories=_categories(organisation, departments, calendars),
        wards={ward.number: DemoWard(ward.pk, ward.number, ward.region_id) for ward in wards},
        index=WardIndex({ward.number: ward.shape for ward in wards if ward.shape}),
        spots=_spots(organisation, wards),
        residents=[as_resident(user) for user in residents],
        callers=list(call_centre.order_by("pk").values_list("user_id", flat=True)),
        now=now,
        people={name: as_resident(user) for name, user in people.items()},
    )


def as_resident(user: User) -> Resident:
    return Resident(user.pk, user.full_name, user.email or "", user.phone or "", user.language)


def _hours(organisation: Organisation) -> dict[uuid.UUID, WorkingCalendar]:
    return {
        calendar.pk: calendar.working_calendar()
        for calendar in Calendar.objects.of_organisation(organisation.pk)
    }


def _departments(
    organisation: Organisation, calendars: dict[uuid.UUID, WorkingCalendar]
) -> dict[uuid.UUID, DemoDepartment]:
    admins = Membership.objects.of_organisation(organisation.pk).filter(role=Role.DEPARTMENT_ADMIN)
    admin_ids = set(admins.values_list("user_id", flat=True))
    rows = Department.objects.of_organisation(organisation.pk).in_order_of_creation()
    return {
        row.pk: DemoDepartment(
            id=row.pk,
            code=row.code,
            name=row.name,
            hours=calendars[row.calendar_id],
            is_manual=row.strategy == AssignmentStrategy.MANUAL,
            stages=list(row.stages.order_by("position").values_list("pk", "name")),
            members=_members(row, admin_ids),
        )
        for row in rows
    }


def _members(department: Department, admin_ids: set[uuid.UUID]) -> list[Member]:
    rows = DepartmentMember.objects.of_department(department.pk).select_related("user")
    return [
        Member(
            id=row.pk,
            user_id=row.user_id,
            name=row.user.full_name,
            capacity=row.capacity,
            is_admin=row.user_id in admin_ids,
            skills=frozenset(skill.pk for skill in row.skills.all()),
            regions=frozenset(region.pk for region in row.regions.all()),
        )
        for row in rows.prefetch_related("skills", "regions").order_by("user__email")
    ]


def _categories(
    organisation: Organisation,
    departments: dict[uuid.UUID, DemoDepartment],
    calendars: dict[uuid.UUID, WorkingCalendar],
) -> dict[str, DemoCategory]:
    rows = Category.objects.of_organisation(organisation.pk).select_related("department").order_by("code")
    promised: dict[uuid.UUID, dict[int | None, DemoStandard]] = {row.pk: {} for row in rows}
    for standard in Standard.objects.filter(category__organisation=organisation).select_related(
        "category__department"
    ):
        calendar_id = standard.calendar_id or standard.category.department.calendar_id
        promised[standard.category_id][standard.priority] = DemoStandard(
            id=standard.pk,
            respond_seconds=standard.respond_within_seconds,
            resolve_seconds=standard.resolve_within_seconds,
            calendar_id=calendar_id,
            hours=calendars[calendar_id],
        )
    return {
        row.code: DemoCategory(
            id=row.pk,
            code=row.code,
            department=departments[row.department_id],
            priority=row.default_priority,
            is_public=row.is_public_space,
            standards=promised[row.pk],
        )
        for row in rows
    }


def _spots(organisation: Organisation, wards: list[Ward]) -> list[Spot]:
    """Suburbs and the middles of wards, weighted so that a ward is heard by its population."""
    suburbs = list(Suburb.objects.of_organisation(organisation.pk).by_name())
    by_ward: dict[uuid.UUID | None, list[Suburb]] = {}
    for suburb in suburbs:
        by_ward.setdefault(suburb.ward_id, []).append(suburb)
    spots = []
    for ward in wards:
        own = by_ward.get(ward.pk, [])
        share = (ward.population or 20_000) / (len(own) + 1)
        region = str(ward.region.number) if ward.region else "1"
        spots += [
            Spot(place.name, region, place.latitude, place.longitude, SUBURB_SPREAD, share) for place in own
        ]
        nearest = min(
            suburbs, key=lambda it: (it.latitude - ward.latitude) ** 2 + (it.longitude - ward.longitude) ** 2
        )
        spots.append(Spot(nearest.name, region, ward.latitude, ward.longitude, WARD_SPREAD, share))
    return spots
