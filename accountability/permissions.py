from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.enums import Capability
from departments.permissions import can_act_in_department

if TYPE_CHECKING:
    from accountability.models import Breach


def can_write_remedy(user: Any, breach: Breach) -> bool:
    """The admins of the accountable department, and those of the organisation."""
    return can_act_in_department(
        user,
        Capability.MANAGE_DEPARTMENT,
        organisation_id=breach.organisation_id,
        department_id=breach.department_id,
    )
