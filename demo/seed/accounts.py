"""What people say about the record of the demo city: a remedy, and appeals that are open and decided.

The rows of the past are there already; here the real actions go on from them, as people would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import timezone

from accountability.actions.appeals import appeal, decide_appeal
from accountability.actions.remedy import write_remedy
from accountability.models import Breach, PointsEntry
from accounts.models import Organisation, User
from demo.seed.world import Resident
from departments.models import Department
from departments.staffing import tell_target_changed
from tickets.feed import stamp_positions
from tickets.models import TicketEvent

# Two working days of an office.
CUSTODY_TARGET_SECONDS = 16 * 3600


@dataclass(frozen=True, slots=True)
class Plea:
    """What an agent says against a penalty; without an answer it waits to be decided."""

    reason: str
    answer: str = ""
    is_granted: bool = False


_REMEDY = "A second team is on standby on weekdays from Monday, and the depot keeps spare couplings."
_PLEAS = (
    Plea("I waited two days for the road closure that the metro police had to approve."),
    Plea(
        "The material was not in the store. I ordered it on the first day.",
        answer="The order is dated before the promise ran out. The store answers for the rest.",
        is_granted=True,
    ),
    Plea(
        "It was my day off.",
        answer="The ticket had been with you for a week before that day.",
    ),
)


def settle_accounts(organisation: Organisation, known: Mapping[str, Resident]) -> None:
    """An internal target everywhere, a remedy, and one appeal of each kind, as far as there is anything
    to appeal against. Nobody is told: it belongs to the past.
    """
    users = User.objects.in_bulk([one.id for one in known.values()])
    people = {name: users[one.id] for name, one in known.items()}
    departments = list(Department.objects.of_organisation(organisation.pk).in_order_of_creation())
    for department in departments:
        department.custody_target_seconds = CUSTODY_TARGET_SECONDS
        department.save(update_fields=["custody_target_seconds"])
        tell_target_changed(department)
    _write_one_remedy(departments, people)
    for plea, entry in zip(_PLEAS, _penalties(departments, people), strict=False):
        made = appeal(entry, reason=plea.reason, acting_user=people[entry.department.code])
        if plea.answer:
            admin = people[_admin_of(entry.department)]
            decide_appeal(made, grant=plea.is_granted, reason=plea.answer, acting_user=admin)
    _mark_as_told()


def _write_one_remedy(departments: list[Department], people: Mapping[str, User]) -> None:
    for department in departments:
        breach = Breach.objects.in_department(department.pk).newest_first().first()
        if breach is not None:
            write_remedy(breach, note=_REMEDY, acting_user=people[_admin_of(department)])
            return


def _penalties(departments: list[Department], people: Mapping[str, User]) -> Iterator[PointsEntry]:
    """Penalties of agents whom a newcomer can be: one of each department first, then the next ones."""
    own = [
        list(PointsEntry.objects.in_department(department.pk).penalties_of(people[department.code].pk))
        for department in departments
    ]
    for place in range(max(map(len, own), default=0)):
        yield from (entries[place] for entries in own if place < len(entries))


def _admin_of(department: Department) -> str:
    return f"{department.code}.admin"


def _mark_as_told() -> None:
    while stamp_positions():
        pass
    TicketEvent.objects.unrelayed().update(relayed_at=timezone.now())
