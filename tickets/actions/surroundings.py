"""What the place, kind and department of a report lead to. Asked once, however many reports come together."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection
from django.db.models import Max

from accounts.models import Organisation
from common.references import make_reference
from departments.models import Category, Department, Stage, Standard, Ward
from departments.queries import first_department, standard_for, ward_index

_ASKED: Any = object()


class Surroundings:
    """An organisation as intake sees it. One report asks once; a file of reports shares the answers."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self._numbers: list[int] = []
        self._standards: dict[tuple[uuid.UUID | None, int], Standard | None] = {}
        self._stages: dict[uuid.UUID, Stage | None] = {}
        self._wards: dict[int, Ward | None] = {}
        self._first: Any = _ASKED
        self._shaped_at: Any = _ASKED

    def expect(self, reports: int) -> None:
        """So many references are taken at once. What is not used stays a gap, as any refused report's."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval('tickets_reference_number') FROM generate_series(1, %s)", [reports]
            )
            self._numbers = [number for (number,) in reversed(cursor.fetchall())]

    def reference(self) -> str:
        """The next reference. A sequence counts, so that intakes never wait for each other."""
        if not self._numbers:
            self.expect(1)
        return make_reference(self.organisation.reference_prefix, self._numbers.pop())

    def standard(self, category: Category | None, priority: int) -> Standard | None:
        key = (category.pk if category else None, priority)
        if key not in self._standards:
            self._standards[key] = standard_for(category, priority)
        return self._standards[key]

    def first_stage(self, department: Department | None) -> Stage | None:
        if department is None:
            return None
        if department.pk not in self._stages:
            self._stages[department.pk] = department.stages.order_by("position").first()
        return self._stages[department.pk]

    def first_department(self) -> Department | None:
        if self._first is _ASKED:
            self._first = first_department(self.organisation.pk)
        department: Department | None = self._first
        return department

    def ward(self, latitude: float | None, longitude: float | None) -> Ward | None:
        """The ward that covers a place, as `departments.queries.ward_at` finds it."""
        if latitude is None or longitude is None:
            return None
        wards = Ward.objects.of_organisation(self.organisation.pk)
        if self._shaped_at is _ASKED:
            self._shaped_at = wards.aggregate(latest=Max("shaped_at"))["latest"]
        if self._shaped_at is None:
            return None
        number = ward_index(self.organisation.pk, self._shaped_at).locate(latitude, longitude)
        if number is None:
            return None
        if number not in self._wards:
            self._wards[number] = wards.with_number(number).defer("shape").first()
        return self._wards[number]
