"""What the place, kind and department of a report lead to. Asked once, however many reports come together."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Max

from accounts.models import Organisation
from common.references import make_reference
from departments.geometry import WardIndex
from departments.models import Category, Department, Stage, Standard, Ward
from departments.queries import first_department, standard_for, ward_index

_ASKED: Any = object()
Answer = TypeVar("Answer")


class Surroundings:
    """An organisation as intake sees it. One report asks once; a file of reports shares the answers."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self._numbers: list[int] = []
        self._standards: dict[tuple[uuid.UUID | None, int], Standard | None] = {}
        self._stages: dict[uuid.UUID, Stage | None] = {}
        self._wards: dict[int, Ward | None] = {}
        self._places: dict[tuple[float, float], int | None] = {}
        self._said: dict[Hashable, Any] = {}
        self._first: Any = _ASKED
        self._index: Any = _ASKED

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

    def expect_places(self, places: Iterable[tuple[float, float]]) -> None:
        """(latitude, longitude) on earth, found together: one by one each costs fifty times as much."""
        index, wanted = self._ward_index(), list(places)
        if index is not None:
            self._places |= zip(wanted, index.locate_many(wanted), strict=True)

    def ward(self, latitude: float | None, longitude: float | None) -> Ward | None:
        """The ward that covers a place, as `departments.queries.ward_at` finds it."""
        if latitude is None or longitude is None:
            return None
        place = (latitude, longitude)
        if place not in self._places:
            self.expect_places([place])
        number = self._places.get(place)
        if number is None:
            return None
        if number not in self._wards:
            wards = Ward.objects.of_organisation(self.organisation.pk)
            self._wards[number] = wards.with_number(number).defer("shape").first()
        return self._wards[number]

    def _ward_index(self) -> WardIndex | None:
        if self._index is _ASKED:
            wards = Ward.objects.of_organisation(self.organisation.pk)
            shaped_at = wards.aggregate(latest=Max("shaped_at"))["latest"]
            self._index = None if shaped_at is None else ward_index(self.organisation.pk, shaped_at)
        index: WardIndex | None = self._index
        return index

    def once(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """What `make` says, asked once for each key: what the reports of one moment have in common."""
        if key not in self._said:
            self._said[key] = make()
        answer: Answer = self._said[key]
        return answer
