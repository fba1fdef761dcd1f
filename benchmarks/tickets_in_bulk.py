"""A database with many tickets, and the queries of the hot paths over it. Import with DATABASE_URL set."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import ticketing.boot as boot

# isort: split
from django.core.management import call_command
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Organisation, User
from departments.models import Department
from departments.tests.factories import CategoryFactory, DepartmentFactory, WardFactory, staff_member
from tickets.enums import EventKind, Source, Status, Visibility
from tickets.feed import readable_events
from tickets.live import Wanted
from tickets.models import Ticket, TicketEvent
from tickets.queries import public_tickets
from tickets.tests.factories import burst_pipe_category

DEPARTMENTS, REPORTERS, WORDS = (
    4,
    200,
    ["pipe", "water", "leak", "street", "light", "pole", "meter", "burst", "valve", "road", "hole", "sewer"],
)
STATUSES = [Status.OPEN, Status.IN_PROGRESS]
CENTRE = (-25.7449, 28.1878)

__all__ = ["boot", "connections", "fill", "hot_paths"]


def fill(organisations: int, tickets: int, events: int) -> Organisation:
    """Migrate, and make this many tickets in each organisation. Returns one of them."""
    call_command("migrate", verbosity=0)
    chance = random.Random(7)
    reporters = User.objects.bulk_create(
        User(email=f"reporter{number}@example.org", full_name=f"Reporter {number}")
        for number in range(REPORTERS)
    )
    position = 0
    cities = [_city() for _ in range(organisations)]
    for number, departments in enumerate(cities):
        made = Ticket.objects.bulk_create(
            (_ticket(chance, departments, reporters, f"{number}-{row}") for row in range(tickets)),
            batch_size=2000,
        )
        told = []
        for ticket in made:
            for version in range(1, events + 1):
                position += 1
                told.append(_event(ticket, version, position))
        TicketEvent.objects.bulk_create(told, batch_size=2000)
    return cities[len(cities) // 2][0].organisation


def _city() -> list[Department]:
    category = burst_pipe_category()
    departments = [category.department]
    departments += [
        DepartmentFactory.create(organisation=category.organisation) for _ in range(DEPARTMENTS - 1)
    ]
    WardFactory.create(organisation=category.organisation, number=1)
    for department in departments:
        staff_member(department)
        if not department.categories.exists():
            CategoryFactory.create(department=department)
    return departments


def _ticket(chance: random.Random, departments: list[Department], reporters: list[User], key: str) -> Ticket:
    department = chance.choice(departments)
    return Ticket(
        organisation_id=department.organisation_id,
        department=department,
        category=department.categories.all()[0] if key.endswith("00") else None,
        reference=f"T-{key}",
        title=" ".join(chance.choices(WORDS, k=5)),
        description=" ".join(chance.choices(WORDS, k=30)),
        status=chance.choice(STATUSES),
        source=Source.API,
        reporter=chance.choice(reporters),
        latitude=CENTRE[0] + chance.uniform(-0.3, 0.3),
        longitude=CENTRE[1] + chance.uniform(-0.3, 0.3),
        is_public=chance.random() < 0.8,
        created_at=timezone.now() - timedelta(minutes=chance.randrange(500_000)),
    )


def _event(ticket: Ticket, version: int, position: int) -> TicketEvent:
    return TicketEvent(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        kind=EventKind.CREATED if version == 1 else EventKind.EDITED,
        visibility=Visibility.PUBLIC,
        department_id=ticket.department_id,
        ticket_version=version,
        position=position,
    )


def hot_paths(organisation: Organisation) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Name, SQL and parameters of what is asked most, as the site asks it."""
    agent = organisation.departments.all()[0].members.all()[0].user
    reference = Ticket.objects.of_organisation(organisation.pk).order_by("pk")[5].reference
    seen = Ticket.objects.visible_to(agent)
    south, west = CENTRE[0] - 0.01, CENTRE[1] - 0.01
    box = public_tickets(organisation.pk).within(south=south, west=west, north=south + 0.02, east=west + 0.02)
    after = (
        TicketEvent.objects.of_kind(EventKind.CREATED)
        .filter(organisation=organisation)
        .order_by("position")[50]
    )
    wanted = Wanted(organisation_id=organisation.pk)
    paths: dict[str, QuerySet[Any]] = {
        "agent's list": Ticket.objects.visible_to_staff(agent).for_list().newest_first()[:50],
        "ticket by reference": seen.with_reference(reference).for_change(),
        "near by, a box": box.for_list().newest_first()[:50],
        "event feed": readable_events(agent, wanted).after(after.position or 0)[:100],
        "full-text search": Ticket.objects.visible_to_staff(agent)
        .matching("burst valve sewer hole")
        .for_list()[:50],
    }
    for name, query in paths.items():
        statement, parameters = query.query.sql_with_params()
        yield name, statement, tuple(parameters)
