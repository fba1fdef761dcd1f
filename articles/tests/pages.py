"""What tests of pages share: a city with a host name, a kind of problem, and people who work there."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from accounts.models import Organisation, User
from accounts.tests.factories import OrganisationFactory
from departments.models import Category
from departments.tests.factories import CategoryFactory, DepartmentFactory, staff_member


@dataclass(frozen=True)
class City:
    organisation: Organisation
    category: Category
    agent: User

    def client(self, user: User | None = None) -> Client:
        """A browser on the city's own host name."""
        client = Client(headers={"host": self.organisation.domain})
        if user is not None:
            client.force_login(user)
        return client


def make_city() -> City:
    organisation = OrganisationFactory.create(domain="fix.example.org")
    category = CategoryFactory.create(department=DepartmentFactory.create(organisation=organisation))
    return City(organisation, category, staff_member(category.department))
