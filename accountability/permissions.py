from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.enums import Capability
from accounts.permissions import has_capability
from departments.permissions import can_act_in_department

if TYPE_CHECKING:
    from accountability.models import Breach, PointsEntry


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
