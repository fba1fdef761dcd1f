"""Events about rows of the apps above: what these know of them. They register when they are ready.

Who tells people of such an event is a sibling of who keeps the rows, and asks here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tickets.enums import EventKind

if TYPE_CHECKING:
    from tickets.models import TicketEvent


@dataclass(frozen=True)
class Subject:
    """`page` is the path of the row's page for staff; `still_holds` says whether there is news in it yet."""

    page: Callable[[TicketEvent], str]
    still_holds: Callable[[TicketEvent], bool]


_SUBJECTS: dict[str, Subject] = {}


def register_subject(kind: EventKind, subject: Subject) -> None:
    _SUBJECTS[kind] = subject


def subject_of(event: TicketEvent) -> Subject | None:
    """None for events that are about nothing but their ticket."""
    return _SUBJECTS.get(event.kind)
