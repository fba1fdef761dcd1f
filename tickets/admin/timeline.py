"""The story of a ticket for staff: events, what was said, internal notes, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from departments.enums import Priority
from tickets.enums import EventKind, Visibility
from tickets.models import TicketEvent
from tickets.queries import Conversation

_LOOKS: dict[str, tuple[str, str]] = {
    EventKind.CREATED: ("open", "add_circle"),
    EventKind.EDITED: ("quiet", "edit"),
    EventKind.ROUTED: ("quiet", "category"),
    EventKind.PRIORITY_CHANGED: ("quiet", "flag"),
    EventKind.QUEUED: ("waiting", "hourglass_top"),
    EventKind.ASSIGNED: ("quiet", "person"),
    EventKind.PICKED: ("quiet", "back_hand"),
    EventKind.ASSIGNMENT_OVERRIDDEN: ("quiet", "person_add"),
    EventKind.STARTED: ("progress", "play_arrow"),
    EventKind.RESPONDED: ("waiting", "reply"),
    EventKind.REPLIED: ("open", "chat"),
    EventKind.RESOLVED: ("fixed", "task_alt"),
    EventKind.VERIFIED: ("fixed", "verified"),
    EventKind.DISPUTED: ("overdue", "cancel"),
    EventKind.CLOSED: ("quiet", "lock"),
    EventKind.REOPENED: ("progress", "undo"),
    EventKind.TRANSFERRED: ("quiet", "move_up"),
    EventKind.PROMOTED: ("quiet", "double_arrow"),
    EventKind.EXPIRED: ("overdue", "error"),
    EventKind.MESSAGE_ADDED: ("open", "chat"),
    EventKind.NOTE_ADDED: ("note", "sticky_note_2"),
    EventKind.ATTACHED: ("quiet", "photo_camera"),
    EventKind.SUPPORTED: ("quiet", "group_add"),
    EventKind.CODE_SENT: ("quiet", "password"),
    EventKind.WITHDRAWN: ("quiet", "delete_sweep"),
}


@dataclass(frozen=True)
class Item:
    headline: str
    who: str
    at: datetime
    text: str
    tone: str
    icon: str
    is_internal: bool
    is_said: bool


def timeline(conversation: Conversation, *, with_reporter: bool) -> list[Item]:
    """Every event the reader may see. Without `with_reporter`, reporters stay nameless."""
    said = {str(message.pk): message for message in conversation.messages}
    return [
        _item(event, said.get(str(event.data.get("message"))), with_reporter)
        for event in reversed(conversation.events)
    ]


def _item(event: TicketEvent, message: Any, with_reporter: bool) -> Item:
    tone, icon = _LOOKS.get(event.kind, ("quiet", "circle"))
    return Item(
        headline=_headline(event),
        who=_who(event, with_reporter),
        at=event.occurred_at,
        text=message.body if message is not None else event.note,
        tone=tone,
        icon=icon,
        is_internal=event.visibility == Visibility.STAFF,
        is_said=message is not None,
    )


def _headline(event: TicketEvent) -> str:
    word = capfirst(event.get_kind_display())
    detail = _detail(event)
    return f"{word}: {detail}" if detail else word


def _detail(event: TicketEvent) -> str:
    data = event.data
    if event.kind == EventKind.PRIORITY_CHANGED and "priority" in event.changes:
        old, new = event.changes["priority"]
        return f"{Priority(old).label} → {Priority(new).label}"
    if data.get("from") and data.get("to"):
        return f"{data['from']} → {data['to']}"
    return str(data.get("assignee_name") or data.get("to") or "")


def _who(event: TicketEvent, with_reporter: bool) -> str:
    if event.actor is None:
        return _("the system")
    works_here = event.kind not in {
        EventKind.CREATED,
        EventKind.REPLIED,
        EventKind.VERIFIED,
        EventKind.DISPUTED,
    }
    said_by_reporter = event.kind == EventKind.MESSAGE_ADDED and not event.data.get("is_from_staff")
    if with_reporter or (works_here and not said_by_reporter):
        name = event.actor.get_full_name()
        spoken_for = event.on_behalf_of if with_reporter else ""
        return _("%(name)s for %(caller)s") % {"name": name, "caller": spoken_for} if spoken_for else name
    return _("the reporter")
