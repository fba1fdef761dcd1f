"""What happens when somebody works in an organisation no more: the apps that gave them work take it back.

`accounts` lies below these apps and cannot ask them; they register when they are ready.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from typing import Any

from accounts.models import User

# The person, the organisations that they leave, and who lets them go. In the transaction that ends
# their rights, before it does; a DomainError refuses it.
Leaving = Callable[[User, Collection[uuid.UUID], Any], None]
LEAVINGS: list[Leaving] = []


def register_leaving(leaving: Leaving) -> None:
    LEAVINGS.append(leaving)


def leave_work(person: User, organisation_ids: Collection[uuid.UUID], *, acting_user: Any) -> None:
    for leaving in LEAVINGS:
        leaving(person, organisation_ids, acting_user)
