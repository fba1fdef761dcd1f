"""What a message is about, as the words see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.enums import Audience
from notifications.routing import RESIDENTS
from tickets.enums import EventKind
from tickets.models import AreaFollow, Ticket, TicketEvent
from tickets.permissions import is_in_public_space

_ABOUT_A_CODE = frozenset({EventKind.RESOLVED, EventKind.CODE_SENT, EventKind.PROOF_REMINDED})


def needs_code(kind: EventKind, audience: Audience) -> bool:
    """Whether the message asks a resident to confirm, and so makes sense only while that is open."""
    return kind in _ABOUT_A_CODE and audience in RESIDENTS


def is_asked(ticket: Ticket, audience: str) -> bool:
    """Who is asked whether it is fixed: the reporter, and a supporter where the fault is in public space."""
    return audience == Audience.REPORTER or (audience == Audience.SUPPORTERS and is_in_public_space(ticket))


@dataclass(frozen=True)
class Occasion:
    """One event for one audience. `code` and `verify_link` are empty for those who cannot answer."""

    event: TicketEvent
    ticket: Ticket
    audience: Audience
    link: str
    # For the team: all that happened at once. For others the event alone.
    update: Sequence[TicketEvent] = ()
    quote: str = ""
    code: str = ""
    verify_link: str = ""
    # For who follows areas: those of theirs in which the ticket lies.
    areas: Sequence[AreaFollow] = ()

    @property
    def reference(self) -> str:
        return self.ticket.reference

    @property
    def title(self) -> str:
        return self.ticket.title

    @property
    def department(self) -> str:
        """The department that answers for it, or else held the ticket at the event."""
        answering = self.event.data.get("department", "") if "answerable" in self.event.data else ""
        return str(answering) or (self.event.department.name if self.event.department else "")

    @property
    def area_names(self) -> str:
        return ", ".join(area.name for area in self.areas)

    @property
    def promise(self) -> str:
        """When the fix was promised for, in words; empty where nothing was promised."""
        return moment_words(self.ticket.due_at) if self.ticket.due_at else ""

    @property
    def moment(self) -> str:
        return moment_words(self.event.occurred_at)


def moment_words(moment: object) -> str:
    """A moment in the recipient's language and the organisation's zone."""
    local = timezone.localtime(moment)  # type: ignore[arg-type]
    return _("%(day)s at %(time)s") % {
        "day": date_format(local, "l j F Y"),
        "time": date_format(local, "H:i"),
    }
