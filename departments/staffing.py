"""Who can take work has changed: the apps that give work out are told, in the transaction of the change.

`departments` lies below these apps and cannot ask them; they register when they are ready.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class WorkGiver:
    """One app's part. `gained`: somebody in the department may be able to take more than before."""

    gained: Callable[[UUID], None]


GIVERS: dict[str, WorkGiver] = {}


def register_work_giver(name: str, giver: WorkGiver) -> None:
    GIVERS[name] = giver


def tell_gained(department_id: UUID) -> None:
    """Somebody came, was added, or can do or hold more: what waits in the department may be theirs."""
    for giver in GIVERS.values():
        giver.gained(department_id)
