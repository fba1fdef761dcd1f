"""A long queue over several departments, skills and regions. Import with DATABASE_URL set."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

import ticketing.boot as boot

# isort: split
from django.core.management import call_command
from django.db import connections
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.tests.factories import OrganisationFactory
from departments.enums import AssignmentStrategy
from departments.models import Category, Department, DepartmentMember, Region, Ward
from departments.tests.factories import (
    CalendarFactory,
    CategoryFactory,
    DepartmentFactory,
    RegionFactory,
    WardFactory,
    office_hours,
)
from tickets.actions.sweeps import drain_all_queues
from tickets.enums import EventKind, Source, Visibility
from tickets.models import Custody, Ticket, TicketEvent

DEPARTMENTS, CATEGORIES, REGIONS, WARDS, MEMBERS = 5, 6, 7, 28, 40
SPECIALISTS = 0.4
# Of a kind that nobody works on: they must not hold up the others.
BEYOND_REACH = 0.02
BATCH = 2_000

__all__ = ["boot", "connections", "drain", "fill", "left_over", "over_capacity"]


def fill(tickets: int) -> None:
    """Migrate, and make this many tickets that wait, and people with room for nearly all of them."""
    call_command("migrate", verbosity=0)
    chance = random.Random(7)
    city = OrganisationFactory.create()
    regions = [RegionFactory.create(organisation=city) for _region in range(REGIONS)]
    wards = [
        WardFactory.create(organisation=city, region=regions[number % REGIONS]) for number in range(WARDS)
    ]
    capacity = tickets // (DEPARTMENTS * MEMBERS) * 3 // 2 + 1
    departments = [_department(city, regions, number, capacity, chance) for number in range(DEPARTMENTS)]
    categories = {department.pk: list(department.categories.all()) for department in departments}
    made = [
        _ticket(chance, number, chance.choice(departments), categories, wards) for number in range(tickets)
    ]
    Ticket.objects.bulk_create(made, batch_size=BATCH)
    TicketEvent.objects.bulk_create([_event(ticket) for ticket in made], batch_size=BATCH)
    Custody.objects.bulk_create(
        [
            Custody(ticket=ticket, department=ticket.department, started_at=ticket.created_at)
            for ticket in made
            if ticket.department is not None
        ],
        batch_size=BATCH,
    )
    with connections["default"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _department(
    city: Organisation, regions: list[Region], number: int, capacity: int, chance: random.Random
) -> Department:
    department = DepartmentFactory.create(
        organisation=city,
        calendar=office_hours(CalendarFactory.create(organisation=city)),
        strategy=AssignmentStrategy.ROUND_ROBIN if number % 2 else AssignmentStrategy.BALANCED,
    )
    categories = [CategoryFactory.create(department=department) for _category in range(CATEGORIES)]
    for seat in range(MEMBERS):
        person = User.objects.create(
            full_name=f"Agent {number}-{seat}", email=f"a{number}-{seat}@example.org"
        )
        Membership.objects.create(organisation=city, user=person, role="agent")
        member = DepartmentMember.objects.create(department=department, user=person, capacity=capacity)
        # The last category is nobody's.
        member.skills.set(categories[:-1])
        if chance.random() < SPECIALISTS:
            member.skills.set(chance.sample(categories[:-1], 3))
            member.regions.set(chance.sample(regions, 3))
    return department


def _ticket(
    chance: random.Random,
    number: int,
    department: Department,
    categories: dict[uuid.UUID, list[Category]],
    wards: list[Ward],
) -> Ticket:
    known = categories[department.pk]
    reported = timezone.now() - timedelta(minutes=chance.randrange(5_000))
    return Ticket(
        organisation_id=department.organisation_id,
        department=department,
        category=known[-1] if chance.random() < BEYOND_REACH else chance.choice(known[:-1]),
        ward=chance.choice(wards),
        reference=f"T-{number}",
        title="Burst pipe",
        priority=chance.randint(1, 4),
        source=Source.API,
        created_at=reported,
        queued_at=reported,
        due_at=reported + timedelta(hours=chance.randrange(1, 100)),
    )


def _event(ticket: Ticket) -> TicketEvent:
    return TicketEvent(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        kind=EventKind.CREATED,
        visibility=Visibility.PUBLIC,
        department_id=ticket.department_id,
        ticket_version=1,
    )


def drain() -> int:
    return drain_all_queues(acting_user=None)


def left_over() -> int:
    return Ticket.objects.filter(queued_at__isnull=False).count()


def over_capacity() -> int:
    return DepartmentMember.objects.filter(open_tickets__gt=F("capacity")).count()
