"""What happens to tickets when the people who work on them come, change or go."""

from __future__ import annotations

from uuid import UUID

from departments.staffing import WorkGiver, register_work_giver
from tickets.wakeups import DRAIN, wake_after_commit


def drain_soon(department_id: UUID) -> None:
    wake_after_commit(DRAIN, department_id=str(department_id))


register_work_giver("tickets", WorkGiver(gained=drain_soon))
