"""What tests of pages share: a city with a host name, and forms as a browser would send them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import Organisation, User
from accounts.tests.factories import OrganisationFactory
from departments.models import Category, Suburb, Ward
from departments.tests.factories import WardFactory, staff_member
from tickets.tests.factories import burst_pipe_category

# Church Square, the point of tickets.tests.factories.PRETORIA.
LATITUDE, LONGITUDE = -25.7449, 28.1878


@dataclass(frozen=True)
class City:
    """One organisation with a ward, a suburb, a category with a promise and an agent who is free."""

    organisation: Organisation
    ward: Ward
    suburb: Suburb
    category: Category
    agent: User

    def client(self, user: User | None = None) -> Client:
        """A browser on the city's own host name."""
        client = Client(headers={"host": self.organisation.domain})
        if user is not None:
            client.force_login(user)
        return client


def make_city(domain: str = "fix.example.org") -> City:
    organisation = OrganisationFactory.create(domain=domain)
    category = burst_pipe_category(organisation)
    ward = WardFactory.create(organisation=organisation, number=56, latitude=LATITUDE, longitude=LONGITUDE)
    suburb = Suburb.objects.create(
        organisation=organisation, ward=ward, name="Hatfield", latitude=LATITUDE, longitude=LONGITUDE
    )
    return City(organisation, ward, suburb, category, staff_member(category.department, capacity=50))


def jpeg(name: str = "pipe.jpg", **options: Any) -> SimpleUploadedFile:
    """A small real photo; `options` go to Pillow's save, for instance `exif`."""
    written = io.BytesIO()
    Image.new("RGB", (40, 20), (90, 120, 160)).save(written, "JPEG", **options)
    return SimpleUploadedFile(name, written.getvalue(), content_type="image/jpeg")
