"""Answers composed of several rows: the ward of a place, the standard of a category, working hours."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import lru_cache

from django.db.models import Max

from departments.geometry import WardIndex
from departments.models import Category, Department, Standard, Ward


def ward_at(organisation_id: uuid.UUID, latitude: float, longitude: float) -> Ward | None:
    """The ward that covers a place, or None outside the organisation's area or without wards."""
    wards = Ward.objects.of_organisation(organisation_id)
    shaped_at = wards.aggregate(latest=Max("shaped_at"))["latest"]
    if shaped_at is None:
        return None
    number = ward_index(organisation_id, shaped_at).locate(latitude, longitude)
    return wards.filter(number=number).first() if number is not None else None


# Shapes change about once in five years and are expensive to read: kept per process until the
# newest `shaped_at` says that they were replaced.
@lru_cache(maxsize=16)
def ward_index(organisation_id: uuid.UUID, shaped_at: datetime) -> WardIndex:
    """The index over an organisation's ward shapes as they were loaded at `shaped_at`."""
    wards = Ward.objects.of_organisation(organisation_id).exclude(shape=None).only("number", "shape")
    return WardIndex({ward.number: ward.shape for ward in wards if ward.shape})


def standard_for(category: Category | None, priority: int) -> Standard | None:
    """The promise that applies to a category and priority, or None where nothing was promised."""
    if category is None:
        return None
    return Standard.objects.for_category(category.pk, priority).first()


def first_department(organisation_id: uuid.UUID) -> Department | None:
    """Where a ticket goes that nobody knows a department for."""
    return Department.objects.of_organisation(organisation_id).active().in_order_of_creation().first()
