"""What happens to tickets when the people who work on them come, change or go."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from accounts.leaving import register_leaving
from accounts.models import User
from departments.models import Department, DepartmentMember
from departments.staffing import WorkGiver, register_work_giver
from tickets.actions.custody_targets import reset_targets
from tickets.actions.handing_on import release_tickets_of, release_tickets_of_desk
from tickets.actions.overflow import reset_queue_limits
from tickets.wakeups import DRAIN, wake_after_commit


def drain_soon(department_id: uuid.UUID) -> None:
    wake_after_commit(DRAIN, department_id=str(department_id))


def take_back_from_desk(member: DepartmentMember, acting_user: Any) -> None:
    release_tickets_of_desk(member, acting_user=acting_user)


def take_back(person: User, organisation_ids: Collection[uuid.UUID], acting_user: Any) -> None:
    release_tickets_of(person, organisation_ids=organisation_ids, acting_user=acting_user)


def queue_changed(department: Department) -> None:
    reset_queue_limits(department)


def target_changed(department: Department) -> None:
    reset_targets(department)


register_work_giver(
    "tickets",
    WorkGiver(
        gained=drain_soon,
        leaves=take_back_from_desk,
        queue_changed=queue_changed,
        target_changed=target_changed,
    ),
)
register_leaving(take_back)
