"""What goes along when somebody who was invited turns out to have an account already.

`accounts` lies below the other apps and cannot move their rows; they register when they are ready.
"""

from __future__ import annotations

from collections.abc import Callable

from accounts.models import User

# Called with the name that stood in for the person and the person, in the transaction of joining.
Move = Callable[[User, User], None]
MOVES: list[Move] = []


def register_move(move: Move) -> None:
    MOVES.append(move)
