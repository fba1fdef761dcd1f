"""Departments with everything that a ticket needs of them."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from departments.models import (
    Calendar,
    Category,
    Department,
    DepartmentMember,
    Region,
    Stage,
    Standard,
    Ward,
    WorkingInterval,
)

HOUR = 3600


class CalendarFactory(DjangoModelFactory[Calendar]):
    class Meta:
        model = Calendar

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Calendar {n}")
    around_the_clock = True


class DepartmentFactory(DjangoModelFactory[Department]):
    class Meta:
        model = Department

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Department {n}")
    code = factory.Sequence(lambda n: f"department-{n}")
    calendar = factory.SubFactory(CalendarFactory, organisation=factory.SelfAttribute("..organisation"))


class StageFactory(DjangoModelFactory[Stage]):
    class Meta:
        model = Stage

    department = factory.SubFactory(DepartmentFactory)
    name = factory.Sequence(lambda n: f"Stage {n}")
    position = factory.Sequence(lambda n: n + 1)


class CategoryFactory(DjangoModelFactory[Category]):
    class Meta:
        model = Category

    department = factory.SubFactory(DepartmentFactory)
    organisation = factory.SelfAttribute("department.organisation")
    name = factory.Sequence(lambda n: f"Category {n}")
    code = factory.Sequence(lambda n: f"category-{n}")


class StandardFactory(DjangoModelFactory[Standard]):
    class Meta:
        model = Standard

    category = factory.SubFactory(CategoryFactory)
    respond_within_seconds = 4 * HOUR
    resolve_within_seconds = 24 * HOUR


class RegionFactory(DjangoModelFactory[Region]):
    class Meta:
        model = Region

    organisation = factory.SubFactory(OrganisationFactory)
    number = factory.Sequence(lambda n: n + 1)
    name = factory.LazyAttribute(lambda region: f"Region {region.number}")


class WardFactory(DjangoModelFactory[Ward]):
    """A ward of a tenth of a degree square around its point."""

    class Meta:
        model = Ward

    organisation = factory.SubFactory(OrganisationFactory)
    number = factory.Sequence(lambda n: n + 1)
    name = factory.LazyAttribute(lambda ward: f"Ward {ward.number}")
    latitude = -25.75
    longitude = 28.2

    @factory.lazy_attribute
    def shape(self) -> dict[str, object]:
        west, east = self.longitude - 0.05, self.longitude + 0.05
        south, north = self.latitude - 0.05, self.latitude + 0.05
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"type": "Polygon", "coordinates": [ring]}


class DepartmentMemberFactory(DjangoModelFactory[DepartmentMember]):
    class Meta:
        model = DepartmentMember

    department = factory.SubFactory(DepartmentFactory)
    user = factory.SubFactory(UserFactory)
    capacity = 5


def office_hours(calendar: Calendar) -> Calendar:
    """Make a calendar open Monday to Friday, 08:00 to 16:00, as if it had always been."""
    calendar.around_the_clock = False
    calendar.save(update_fields=["around_the_clock"])
    for weekday in range(5):
        WorkingInterval.objects.create(calendar=calendar, weekday=weekday, starts_minute=480, ends_minute=960)
    return calendar


def staff_member(
    department: Department, *, role: Role = Role.AGENT, capacity: int = 5, **fields: object
) -> User:
    """Somebody with a role in the department's organisation who works in the department."""
    user = UserFactory.create(is_staff=True, **fields)
    MembershipFactory.create(organisation=department.organisation, user=user, role=role)
    DepartmentMemberFactory.create(department=department, user=user, capacity=capacity)
    return user
