"""What upper apps show on the ticket workspace: they register here in their `ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from tickets.models import Ticket


@dataclass(frozen=True)
class Panel:
    """A titled box of the workspace: a template and what it shows."""

    title: str | Promise
    template: str
    context: dict[str, Any]


# Returns None where there is nothing to show to this person.
PanelMaker = Callable[[Ticket, Any], Panel | None]

_MAKERS: list[PanelMaker] = []


def register_panel(maker: PanelMaker) -> PanelMaker:
    """Add a panel to every ticket's workspace. May be used as a decorator; twice counts once."""
    if maker not in _MAKERS:
        _MAKERS.append(maker)
    return maker


def panels_for(ticket: Ticket, user: Any) -> list[Panel]:
    made = (maker(ticket, user) for maker in _MAKERS)
    return [panel for panel in made if panel is not None]
