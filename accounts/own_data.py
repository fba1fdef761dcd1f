"""What the system knows of a person, app by app: each says what it hands out and what it forgets.

`accounts` lies below the other apps and cannot ask them; they register when they are ready.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User


@dataclass(frozen=True)
class Holder:
    """One app's part. `erase` runs in the transaction of the deletion; a DomainError refuses it all."""

    export: Callable[[User], Any]
    erase: Callable[[User], None]


HOLDERS: dict[str, Holder] = {}


def register_holder(name: str, *, export: Callable[[User], Any], erase: Callable[[User], None]) -> None:
    """`name` is the key of the part in the download."""
    HOLDERS[name] = Holder(export, erase)
