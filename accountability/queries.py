"""Boards and records: who earned what in a month, and what a department has on record."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from accountability.enums import BoardKind
from accountability.models import Breach, PointsAppeal, PointsEntry
from accountability.permissions import can_read_ledger, can_read_people_board
from accountability.querysets import BreachQuerySet, PointsAppealQuerySet, PointsEntryQuerySet
from accounts.models import Organisation
from common.errors import InvalidInput, NotAllowed, NotFound
from common.months import Month
from departments.models import Department
from departments.queries import find_department
from tickets.enums import Promise
from tickets.models import Ticket
from tickets.querysets import TicketQuerySet

# A board says nothing about who earned or lost points by fewer events than this.
MINIMUM_SAMPLE = 5


@dataclass(frozen=True)
class Standing:
    """One line of a board. `sample` is how many events its points come from.

    `in_time` and `late` are tickets resolved in the month whose fix still stands.
    """

    key: uuid.UUID
    name: str
    points: int = 0
    rewards: int = 0
    penalties: int = 0
    sample: int = 0
    in_time: int = 0
    late: int = 0

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to compare it with others."""
        return self.sample >= MINIMUM_SAMPLE


def leaderboard(organisation: Organisation, month: Month) -> list[Standing]:
    """The departments of an organisation by the points of a month, best first. Two queries."""
    span = month.bounds(ZoneInfo(organisation.time_zone))
    entries = PointsEntry.objects.of_organisation(organisation.pk).between(*span)
    resolved = Ticket.objects.of_organisation(organisation.pk).resolved_between(*span)
    standings = _standings(entries.of_departments_themselves(), "department_id", "department__name")
    return _with_resolved(standings, resolved, "department_id", "department__name")


def people_board(department: Department, month: Month) -> list[Standing]:
    """The people of a department by the points they earned there in a month, best first. Two queries."""
    span = month.bounds(ZoneInfo(department.organisation.time_zone))
    entries = PointsEntry.objects.in_department(department.pk).between(*span)
    resolved = Ticket.objects.in_department(department.pk).resolved_between(*span)
    standings = _standings(entries.of_people(), "person_id", "person__full_name")
    return _with_resolved(standings, resolved, "assignee_id", "assignee__full_name")


def _standings(entries: PointsEntryQuerySet, key: str, name: str) -> list[Standing]:
    rows: Any = entries.values_list(key, name).annotate(
        total=Sum("points"),
        rewards=Coalesce(Sum("points", filter=Q(points__gt=0)), 0),
        penalties=Coalesce(Sum("points", filter=Q(points__lt=0)), 0),
        sample=Count("event", distinct=True),
    )
    return [Standing(*row) for row in rows.order_by("-total", name, key)]


def _with_resolved(
    standings: list[Standing], resolved: TicketQuerySet, key: str, name: str
) -> list[Standing]:
    """The same with what each resolved; who has no points for it, or none yet, comes last."""
    is_late = Q(expired_at__lte=F("resolved_at"))
    held = resolved.not_withdrawn().filter(**{f"{key}__isnull": False}).order_by(name, key)
    rows: Any = held.values_list(key, name).annotate(
        in_time=Count("pk", filter=~is_late), late=Count("pk", filter=is_late)
    )
    found = {holder: (word, in_time, late) for holder, word, in_time, late in rows}
    counted = []
    for line in standings:
        _name, in_time, late = found.pop(line.key, ("", 0, 0))
        counted.append(replace(line, in_time=in_time, late=late))
    return counted + [
        Standing(holder, word, in_time=in_time, late=late) for holder, (word, in_time, late) in found.items()
    ]


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


# What people and programs ask for


class DepartmentNeeded(InvalidInput):
    code = "department_needed"
    sentence = gettext_lazy("Say of which department: people are compared within one.")


class NoDepartmentNeeded(InvalidInput):
    code = "no_department_needed"
    sentence = gettext_lazy("Departments are compared with each other: name none.")


class UnknownDepartment(InvalidInput):
    code = "unknown"
    sentence = gettext_lazy("There is no such department.")


class UnknownEntry(InvalidInput):
    code = "unknown"
    sentence = gettext_lazy("There is no such entry.")


@dataclass(frozen=True)
class Ranked:
    """A line of a board with its place; equals share one, and who has too small a sample has none."""

    rank: int | None
    standing: Standing


@dataclass(frozen=True)
class Board:
    organisation: Organisation
    month: Month
    kind: BoardKind
    department: Department | None
    lines: list[Ranked]
    minimum_sample: int = MINIMUM_SAMPLE


def board_for(
    user: Any, organisation: Organisation, month: Month, *, kind: BoardKind, department_key: str | None
) -> Board:
    """The people of a department for who works with them, or the departments for everybody.

    Empty where the organisation keeps no account.
    Raises NotAllowed, DepartmentNeeded, NoDepartmentNeeded, UnknownDepartment.
    """
    if kind == BoardKind.DEPARTMENTS:
        if department_key is not None:
            raise NoDepartmentNeeded(field="department")
        department = None
    else:
        department = _department_of_board(user, organisation, department_key)
    if not organisation.accountability_enabled:
        return Board(organisation, month, kind, department, [])
    standings = people_board(department, month) if department else leaderboard(organisation, month)
    return Board(organisation, month, kind, department, ranked(standings))


def _department_of_board(user: Any, organisation: Organisation, key: str | None) -> Department:
    if not can_read_ledger(user, organisation.pk):
        raise NotAllowed
    if key is None:
        raise DepartmentNeeded(field="department")
    department = find_department(organisation.pk, key)
    if department is None:
        raise UnknownDepartment(field="department")
    if not can_read_people_board(user, department):
        raise NotAllowed
    return department


def ranked(standings: Sequence[Standing]) -> list[Ranked]:
    """Standings, best first, with their places; small samples come last, without one."""
    enough = [line for line in standings if line.is_enough]
    points = [line.points for line in enough]
    placed = [Ranked(points.index(line.points) + 1, line) for line in enough]
    return placed + [Ranked(None, line) for line in standings if not line.is_enough]


def breaches_for(user: Any, organisation_id: uuid.UUID) -> BreachQuerySet:
    """What the person may read of the organisation's record. Raises NotAllowed."""
    if not can_read_ledger(user, organisation_id):
        raise NotAllowed
    return Breach.objects.visible_to(user).of_organisation(organisation_id).for_list()


def get_breach(user: Any, organisation_id: uuid.UUID, key: uuid.UUID) -> Breach:
    """Raises NotAllowed, NotFound."""
    found = breaches_for(user, organisation_id).with_key(key).first()
    if found is None:
        raise NotFound
    return found


def ledger_for(user: Any, organisation_id: uuid.UUID) -> PointsEntryQuerySet:
    """Entries of own departments, or of all for who sees all work. Raises NotAllowed."""
    if not can_read_ledger(user, organisation_id):
        raise NotAllowed
    entries = PointsEntry.objects.visible_to(user).of_organisation(organisation_id)
    return entries.for_list().with_reversals()


def find_entry(user: Any, organisation_id: uuid.UUID, key: uuid.UUID) -> PointsEntry:
    """The entry that was named. Raises NotAllowed, UnknownEntry."""
    found = ledger_for(user, organisation_id).with_key(key).first()
    if found is None:
        raise UnknownEntry(field="entry")
    return found


def appeals_for(user: Any, organisation_id: uuid.UUID) -> PointsAppealQuerySet:
    """One's own appeals, and those that one may decide. Raises NotAllowed."""
    if not can_read_ledger(user, organisation_id):
        raise NotAllowed
    return PointsAppeal.objects.visible_to(user).of_organisation(organisation_id).for_list()


def get_appeal(user: Any, organisation_id: uuid.UUID, key: uuid.UUID) -> PointsAppeal:
    """Raises NotAllowed, NotFound."""
    found = appeals_for(user, organisation_id).with_key(key).first()
    if found is None:
        raise NotFound
    return found
