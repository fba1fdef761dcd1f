"""Who finds these pages: everybody who sees the work of a department."""

from __future__ import annotations

from typing import Any

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere


def sees_work(user: Any) -> bool:
    return has_capability_anywhere(user, Capability.VIEW_DEPARTMENT_TICKETS) or has_capability_anywhere(
        user, Capability.VIEW_ALL_TICKETS
    )
