"""Who can take work has changed: the apps that give work out are told, in the transaction of the change.

`departments` lies below these apps and cannot ask them; they register when they are ready.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from departments.models import Department, DepartmentMember


@dataclass(frozen=True)
class WorkGiver:
    """One app's part. A DomainError refuses the change.

    `gained`: somebody in the department may be able to take more than before. `leaves`: a member is
    about to end their work there. `queue_changed`: tickets may wait there for another time than before.
    `target_changed`: the department may hold them for another time than before.
    """

    gained: Callable[[UUID], None]
    leaves: Callable[[DepartmentMember, Any], None]
    queue_changed: Callable[[Department], None]
    target_changed: Callable[[Department], None]


GIVERS: dict[str, WorkGiver] = {}


def register_work_giver(name: str, giver: WorkGiver) -> None:
    GIVERS[name] = giver


def tell_gained(department_id: UUID) -> None:
    """Somebody came, was added, or can do or hold more: what waits in the department may be theirs."""
    for giver in GIVERS.values():
        giver.gained(department_id)


def tell_leaves(member: DepartmentMember, *, acting_user: Any) -> None:
    """The member is about to end their work in the department; what they have must not stay behind."""
    for giver in GIVERS.values():
        giver.leaves(member, acting_user)


def tell_queue_changed(department: Department) -> None:
    """The department lets tickets wait for another time than before."""
    for giver in GIVERS.values():
        giver.queue_changed(department)


def tell_target_changed(department: Department) -> None:
    """The department has another internal target, or counts it in other hours."""
    for giver in GIVERS.values():
        giver.target_changed(department)
