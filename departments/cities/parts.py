"""What else a city's folder holds: apps above this one register what they load from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from accounts.models import Organisation

# Takes the city's organisation and its folder; says in words what it loaded.
Part = Callable[[Organisation, Path], str]
PARTS: list[Part] = []


def register_part(part: Part) -> None:
    PARTS.append(part)
