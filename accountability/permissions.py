from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from accounts.enums import Capability
from accounts.permissions import has_capability, is_staff_of
from departments.permissions import can_act_in_department

if TYPE_CHECKING:
    from accountability.models import Breach, PointsEntry
    from departments.models import Department


def can_write_remedy(user: Any, breach: Breach) -> bool:
    """The admins of the accountable department, and those of the organisation."""
    return can_act_in_department(
        user,
        Capability.MANAGE_DEPARTMENT,
        organisation_id=breach.organisation_id,
        department_id=breach.department_id,
    )


def can_correct(user: Any, entry: PointsEntry) -> bool:
    """Who answers for the department, never for themselves; for its own points the organisation."""
    if entry.person_id is None:
        return has_capability(user, Capability.MANAGE_ORGANISATION, entry.organisation_id)
    may = can_act_in_department(
        user,
        Capability.MANAGE_DEPARTMENT,
        organisation_id=entry.organisation_id,
        department_id=entry.department_id,
    )
    return may and entry.person_id != user.pk


def can_read_ledger(user: Any, organisation_id: uuid.UUID) -> bool:
    """Who works there; of the keys only those that may do everything."""
    return is_staff_of(user, organisation_id) or has_capability(
        user, Capability.MANAGE_ORGANISATION, organisation_id
    )


def can_read_people_board(user: Any, department: Department) -> bool:
    """The department's own people, and who sees all work of the organisation."""
    if not can_read_ledger(user, department.organisation_id):
        return False
    return has_capability(user, Capability.VIEW_ALL_TICKETS, department.organisation_id) or (
        can_act_in_department(
            user,
            Capability.VIEW_DEPARTMENT_TICKETS,
            organisation_id=department.organisation_id,
            department_id=department.pk,
        )
    )
