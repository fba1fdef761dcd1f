"""Tickets for tests: always made by the real intake, so that they are what the city would have."""

from __future__ import annotations

from typing import Any

from accounts.models import Organisation, User
from accounts.tests.factories import OrganisationFactory, UserFactory
from departments.models import Category
from departments.tests.factories import CategoryFactory, DepartmentFactory, StandardFactory
from tickets.actions.intake import Place, Report, Reporter, create_ticket
from tickets.enums import Source
from tickets.models import Ticket

PRETORIA = Place(latitude=-25.7449, longitude=28.1878, address="Church Square, Pretoria")


def burst_pipe_category(organisation: Organisation | None = None) -> Category:
    """A category with a promise: respond within four hours, resolve within a day, around the clock."""
    department = DepartmentFactory.create(organisation=organisation or OrganisationFactory.create())
    category = CategoryFactory.create(department=department, name="Burst pipe")
    StandardFactory.create(category=category)
    return category


def report_ticket(
    category: Category,
    *,
    reporter: User | None = None,
    title: str = "Burst pipe in Church Street",
    place: Place = PRETORIA,
    **fields: Any,
) -> Ticket:
    """A ticket that somebody reported on the web page."""
    person = reporter or UserFactory.create()
    return create_ticket(
        category.organisation,
        Report(title=title, category=category, place=place, **fields),
        reporter=Reporter(user=person),
        source=Source.WEB,
        acting_user=person,
    )
