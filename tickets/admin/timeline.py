"""The story of a ticket for staff: events, what was said, internal notes, newest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.enums import EscalationAudience, Priority
from tickets.enums import Answerer, EventKind, Proof, Visibility
from tickets.models import Ticket, TicketEvent
from tickets.queries import Conversation
from tickets.returns import back_again

_LOOKS: dict[str, tuple[str, str]] = {
    EventKind.CREATED: ("open", "add_circle"),
    EventKind.EDITED: ("quiet", "edit"),
    EventKind.ROUTED: ("quiet", "category"),
    EventKind.PRIORITY_CHANGED: ("quiet", "flag"),
    EventKind.QUEUED: ("waiting", "hourglass_top"),
    EventKind.ASSIGNED: ("quiet", "person"),
    EventKind.PICKED: ("quiet", "back_hand"),
    EventKind.ASSIGNMENT_OVERRIDDEN: ("quiet", "person_add"),
    EventKind.UNPINNED: ("quiet", "lock_open"),
    EventKind.HANDED_ON: ("quiet", "switch_account"),
    EventKind.WAITED_TOO_LONG: ("overdue", "hourglass_bottom"),
    EventKind.BOUNCED: ("overdue", "sync_alt"),
    EventKind.STARTED: ("progress", "play_arrow"),
    EventKind.RESPONDED: ("waiting", "reply"),
    EventKind.REPLIED: ("open", "chat"),
    EventKind.RESOLVED: ("fixed", "task_alt"),
    EventKind.VERIFIED: ("fixed", "verified"),
    EventKind.DISPUTED: ("overdue", "cancel"),
    EventKind.RATED: ("note", "star"),
    EventKind.PROOF_REMINDED: ("quiet", "notification_important"),
    EventKind.CLOSED: ("quiet", "lock"),
    EventKind.REOPENED: ("progress", "undo"),
    EventKind.TRANSFERRED: ("quiet", "move_up"),
    EventKind.PROMOTED: ("quiet", "double_arrow"),
    EventKind.HOURS_CHANGED: ("quiet", "calendar_month"),
    EventKind.EXPIRING: ("expiring", "timer"),
    EventKind.ESCALATED: ("overdue", "trending_up"),
    EventKind.RESPONSE_LATE: ("overdue", "timer_off"),
    EventKind.EXPIRED: ("overdue", "error"),
    EventKind.REMEDY_OVERDUE: ("overdue", "edit_note"),
    EventKind.MESSAGE_ADDED: ("open", "chat"),
    EventKind.NOTE_ADDED: ("note", "sticky_note_2"),
    EventKind.ATTACHED: ("quiet", "photo_camera"),
    EventKind.PHOTO_PUBLISHED: ("note", "visibility"),
    EventKind.PHOTO_HIDDEN: ("note", "visibility_off"),
    EventKind.SUPPORTED: ("quiet", "group_add"),
    EventKind.MERGED: ("quiet", "merge"),
    EventKind.UNMERGED: ("progress", "call_split"),
    EventKind.DUPLICATE_ADDED: ("quiet", "merge"),
    EventKind.DUPLICATE_REMOVED: ("quiet", "call_split"),
    EventKind.CALLBACK_ASKED: ("waiting", "phone_callback"),
    EventKind.CALLBACK_CANCELLED: ("quiet", "phone_disabled"),
    EventKind.CALLED_BACK: ("quiet", "call"),
    EventKind.CALL_MISSED: ("quiet", "phone_missed"),
    EventKind.NOTIFIED: ("note", "forward_to_inbox"),
    EventKind.FOLLOWED: ("quiet", "notifications"),
    EventKind.UNFOLLOWED: ("quiet", "notifications_off"),
    EventKind.PROJECT_CHANGED: ("quiet", "drive_file_move"),
    EventKind.CODE_SENT: ("quiet", "password"),
    EventKind.WITHDRAWN: ("quiet", "delete_sweep"),
}
_ABOUT_A_DEPARTMENT = {EventKind.WAITED_TOO_LONG, EventKind.BOUNCED, EventKind.REMEDY_OVERDUE}


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


def timeline(conversation: Conversation, ticket: Ticket, *, with_reporter: bool) -> list[Item]:
    """Every event the reader may see. Without `with_reporter`, the reporter stays nameless."""
    said = {str(message.pk): message for message in conversation.messages}
    items: list[Item] = []
    newest_first = reversed(conversation.events)
    for kind, group in groupby(newest_first, key=lambda event: event.kind):
        events = list(group)
        if kind == EventKind.SUPPORTED:
            items.append(_supports(events))
        else:
            items.extend(
                _item(event, said.get(_message_of(event)), _who(event, ticket, with_reporter))
                for event in events
            )
    return items


def _message_of(event: TicketEvent) -> str:
    return str(event.data.get("message"))


def _supports(events: list[TicketEvent]) -> Item:
    """Neighbours in a row as one line: how many they are is what matters to who works on it."""
    count = len(events)
    headline = ngettext("%(count)d person says “me too”", "%(count)d people say “me too”", count) % {
        "count": count
    }
    tone, icon = _LOOKS[EventKind.SUPPORTED]
    return Item(headline, _("residents"), events[0].occurred_at, "", tone, icon, False, False)


def _item(event: TicketEvent, message: Any, who: str) -> Item:
    tone, icon = _LOOKS.get(event.kind, ("quiet", "circle"))
    return Item(
        headline=_headline(event),
        who=who,
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
    special = _DETAILS.get(EventKind(event.kind))
    if special and (words := special(event)):
        return words
    if data.get("from") and data.get("to"):
        return f"{data['from']} → {data['to']}{_again(event)}"
    if "stay" in data:
        return f"{data['to']}{_again(event)}"
    if event.kind in _ABOUT_A_DEPARTMENT:
        return str(data.get("department", ""))
    named = ("assignee_name", "to", "into", "duplicate")
    return str(next((data[name] for name in named if data.get(name)), ""))


def _step_of_the_ladder(event: TicketEvent) -> str:
    audience = event.data.get("audience")
    return str(EscalationAudience(audience).label) if audience in EscalationAudience.values else ""


def _priorities(event: TicketEvent) -> str:
    if "priority" not in event.changes:
        return ""
    old, new = event.changes["priority"]
    return f"{Priority(old).label} → {Priority(new).label}{_because_of_many(event)}"


def _projects(event: TicketEvent) -> str:
    return f"{event.data.get('from') or _('none')} → {event.data.get('to') or _('none')}"


def _hands(event: TicketEvent) -> str:
    return f"{event.data['from']} → {event.data['to'] or _('the queue')}"


def _rating(event: TicketEvent) -> str:
    return _("%(rating)d of 5") % {"rating": event.data["rating"]}


def _answer(event: TicketEvent) -> str:
    by, proof = event.data.get("by"), event.data.get("proof")
    return f"{Answerer(by).label}, {Proof(proof).label}" if by and proof else ""


def _because_of_many(event: TicketEvent) -> str:
    many = event.data.get("supporters")
    if not many:
        return ""
    words = ngettext(", %(count)d other person has it", ", %(count)d other people have it", many)
    return words % {"count": many}


def _again(event: TicketEvent) -> str:
    """`, back in Water for the second time`, where the department had the ticket before."""
    words = back_again(event)
    return f", {words}" if words else ""


def _who(event: TicketEvent, ticket: Ticket, with_reporter: bool) -> str:
    if event.data.get("by") == Answerer.SUPPORTER:
        # Which neighbour it was is nobody's business.
        return _("a supporter")
    if event.actor is None:
        return _("the system")
    if not with_reporter:
        return _("the reporter") if event.actor_id == ticket.reporter_id else event.actor.get_full_name()
    name = event.actor.get_full_name()
    if not event.on_behalf_of:
        return name
    return _("%(name)s for %(caller)s") % {"name": name, "caller": event.on_behalf_of}


_DETAILS: dict[EventKind, Callable[[TicketEvent], str]] = {
    EventKind.ESCALATED: _step_of_the_ladder,
    EventKind.PRIORITY_CHANGED: _priorities,
    EventKind.PROJECT_CHANGED: _projects,
    EventKind.HANDED_ON: _hands,
    EventKind.RATED: _rating,
    EventKind.VERIFIED: _answer,
    EventKind.DISPUTED: _answer,
}
