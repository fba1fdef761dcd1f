"""Boards and records: who earned what in a month, and what a department has on record."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from accountability.models import Breach, PointsEntry
from accountability.querysets import BreachQuerySet, PointsEntryQuerySet
from accounts.models import Organisation
from common.months import Month
from departments.models import Department
from tickets.enums import Promise


@dataclass(frozen=True)
class Standing:
    """One line of a board."""

    key: uuid.UUID
    name: str
    points: int
    rewards: int
    penalties: int


def leaderboard(organisation: Organisation, month: Month) -> list[Standing]:
    """The departments of an organisation by the points of a month, best first. One query."""
    entries = _of_month(organisation, month).of_departments_themselves()
    return _standings(entries, "department_id", "department__name")


def people_board(department: Department, month: Month) -> list[Standing]:
    """The people of a department by the points they earned there in a month, best first. One query."""
    entries = _of_month(department.organisation, month).of_people().in_department(department.pk)
    return _standings(entries, "person_id", "person__full_name")


def _of_month(organisation: Organisation, month: Month) -> PointsEntryQuerySet:
    start, end = month.bounds(ZoneInfo(organisation.time_zone))
    return PointsEntry.objects.of_organisation(organisation.pk).between(start, end)


def _standings(entries: PointsEntryQuerySet, key: str, name: str) -> list[Standing]:
    rows: Any = entries.values_list(key, name).annotate(
        total=Sum("points"),
        rewards=Coalesce(Sum("points", filter=Q(points__gt=0)), 0),
        penalties=Coalesce(Sum("points", filter=Q(points__lt=0)), 0),
    )
    return [Standing(*row) for row in rows.order_by("-total", name, key)]


def breaches_of(department: Department) -> BreachQuerySet:
    """What a department has on record, the latest first."""
    return Breach.objects.in_department(department.pk).for_list().newest_first()


def breach_counts(
    organisation_id: uuid.UUID, start: datetime, end: datetime
) -> dict[uuid.UUID, tuple[int, int]]:
    """Department -> (tickets that expired, of these without a remedy) in a span of time. One query."""
    breaches = Breach.objects.of_organisation(organisation_id).of_promise(Promise.RESOLVE).between(start, end)
    rows = breaches.values_list("department_id").annotate(
        missed=Count("pk"), unanswered=Count("pk", filter=Q(remedied_at__isnull=True))
    )
    return {department_id: (missed, unanswered) for department_id, missed, unanswered in rows}


def late_answers(organisation_id: uuid.UUID, start: datetime, end: datetime) -> dict[uuid.UUID, int]:
    """Department -> missed promises to respond in a span of time. One query."""
    breaches = Breach.objects.of_organisation(organisation_id).of_promise(Promise.RESPOND).between(start, end)
    return dict(breaches.values_list("department_id").annotate(missed=Count("pk")))
