"""The cast of the API's tests."""

from __future__ import annotations

import pytest

from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, UserFactory
from departments.models import Category
from departments.tests.factories import staff_member
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket


@pytest.fixture
def category(db: None) -> Category:
    return burst_pipe_category()


@pytest.fixture
def city(category: Category) -> Organisation:
    return category.organisation


@pytest.fixture
def resident(db: None) -> User:
    return UserFactory.create(full_name="Thandi Mokoena", email="thandi@example.org", phone="+27821234567")


@pytest.fixture
def neighbour(db: None) -> User:
    return UserFactory.create(full_name="Pieter Botha")


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department, full_name="Sipho Dlamini", capacity=50)


@pytest.fixture
def department_admin(category: Category) -> User:
    """Sees to the department; not free for tickets, so that the agent gets them."""
    admin = staff_member(category.department, role=Role.DEPARTMENT_ADMIN)
    admin.department_memberships.update(is_available=False)
    return admin


@pytest.fixture
def outside_agent(db: None) -> User:
    """Works for another city altogether: must never get in."""
    return staff_member(burst_pipe_category().department)


@pytest.fixture
def auditor(city: Organisation) -> User:
    return MembershipFactory.create(organisation=city, role=Role.AUDITOR).user


@pytest.fixture
def ticket(category: Category, agent: User, resident: User) -> Ticket:
    """Reported by the resident, assigned to the agent, public."""
    return report_ticket(category, reporter=resident)


@pytest.fixture
def private_ticket(category: Category, agent: User, resident: User) -> Ticket:
    return report_ticket(category, reporter=resident, is_public=False)
