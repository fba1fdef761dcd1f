"""The story of a ticket for residents: events and what was said, newest first, without staff's names."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets.enums import Answerer, EventKind, Proof
from tickets.models import Message, Ticket, TicketEvent
from tickets.queries import Conversation
from tickets.returns import back_again


@dataclass(frozen=True)
class TimelineItem:
    headline: str
    tone: str
    shape: str
    who: str
    at: datetime
    text: str
    key: uuid.UUID


_Look = tuple[object, str, str]

# Kinds that are not here are of no interest to residents.
_LOOKS: dict[str, _Look] = {
    EventKind.CREATED: (gettext_lazy("Reported"), "open", "plus"),
    EventKind.EDITED: (gettext_lazy("The details were changed"), "quiet", "list"),
    EventKind.ROUTED: (gettext_lazy("Sorted under another kind of problem"), "quiet", "list"),
    EventKind.PRIORITY_CHANGED: (gettext_lazy("The priority was changed"), "quiet", "alert"),
    EventKind.QUEUED: (gettext_lazy("Waiting for a free agent"), "quiet", "hourglass"),
    EventKind.ASSIGNED: (gettext_lazy("Given to an agent"), "quiet", "user"),
    EventKind.PICKED: (gettext_lazy("An agent has taken it"), "quiet", "user"),
    EventKind.STARTED: (gettext_lazy("Work has started"), "progress", "in-progress"),
    EventKind.RESPONDED: (gettext_lazy("The department has answered"), "open", "responded"),
    EventKind.REPLIED: (gettext_lazy("The reporter has replied"), "quiet", "message"),
    EventKind.RESOLVED: (gettext_lazy("The department says that it is fixed"), "verified", "resolved"),
    EventKind.VERIFIED: (gettext_lazy("The fix was confirmed"), "verified", "verified"),
    EventKind.DISPUTED: (gettext_lazy("The fix was disputed: back to work"), "overdue", "cross"),
    EventKind.PROOF_REMINDED: (gettext_lazy("Asked again whether it is fixed"), "quiet", "hourglass"),
    EventKind.CLOSED: (gettext_lazy("Closed"), "quiet", "closed"),
    EventKind.REOPENED: (gettext_lazy("Reopened"), "progress", "in-progress"),
    EventKind.TRANSFERRED: (gettext_lazy("Handed to another department"), "quiet", "right"),
    EventKind.PROMOTED: (gettext_lazy("Moved to the next step"), "quiet", "right"),
    EventKind.HOURS_CHANGED: (gettext_lazy("Counted by new working hours"), "quiet", "clock"),
    EventKind.EXPIRED: (gettext_lazy("The promise was missed"), "overdue", "late"),
    EventKind.MESSAGE_ADDED: (gettext_lazy("Message"), "quiet", "message"),
    EventKind.ATTACHED: (gettext_lazy("Photos were added"), "quiet", "camera"),
    EventKind.MERGED: (gettext_lazy("Closed as a duplicate"), "quiet", "closed"),
    EventKind.UNMERGED: (gettext_lazy("Not a duplicate after all"), "progress", "in-progress"),
    EventKind.DUPLICATE_ADDED: (gettext_lazy("Another report of it was joined"), "quiet", "people"),
    EventKind.DUPLICATE_REMOVED: (gettext_lazy("Another report was separated again"), "quiet", "people"),
    EventKind.CALLBACK_ASKED: (gettext_lazy("Asked to be called back"), "quiet", "phone"),
    EventKind.CALLBACK_CANCELLED: (gettext_lazy("The call is not wanted any more"), "quiet", "phone"),
    EventKind.CALLED_BACK: (gettext_lazy("Called back"), "quiet", "phone"),
    EventKind.CALL_MISSED: (gettext_lazy("We called and nobody answered"), "quiet", "phone"),
    EventKind.CODE_SENT: (gettext_lazy("A new code was sent"), "quiet", "lock"),
    EventKind.WITHDRAWN: (gettext_lazy("Withdrawn"), "quiet", "closed"),
}
_BY_REPORTER = {EventKind.CREATED, EventKind.REPLIED, EventKind.VERIFIED, EventKind.DISPUTED}
# Only these carry their department's name: for the rest it says nothing new.
_BY_DEPARTMENT = {
    EventKind.STARTED,
    EventKind.RESPONDED,
    EventKind.RESOLVED,
    EventKind.REOPENED,
    EventKind.EXPIRED,
    EventKind.TRANSFERRED,
    EventKind.ASSIGNED,
    EventKind.PICKED,
    EventKind.QUEUED,
}


def timeline_for(ticket: Ticket, conversation: Conversation) -> list[TimelineItem]:
    said = {str(message.pk): message for message in conversation.messages}
    shown = (event for event in reversed(conversation.events) if event.kind in _LOOKS)
    return [_item(event, said.get(str(event.data.get("message")))) for event in shown]


def _item(event: TicketEvent, message: Message | None) -> TimelineItem:
    headline, tone, shape = _LOOKS[event.kind]
    special = _SPECIAL_HEADLINES.get(EventKind(event.kind))
    return TimelineItem(
        headline=special(event) if special else str(headline),
        tone=tone,
        shape=shape,
        who=_who(event),
        at=event.occurred_at,
        text=message.body if message else event.note,
        key=event.pk,
    )


def _who(event: TicketEvent) -> str:
    if event.kind in _BY_REPORTER:
        return ""
    is_staff_message = event.kind == EventKind.MESSAGE_ADDED and event.data.get("is_from_staff")
    if (event.kind in _BY_DEPARTMENT or is_staff_message) and event.department is not None:
        return event.department.name
    return ""


def _message_headline(event: TicketEvent) -> str:
    if event.data.get("is_from_staff"):
        return _("Message from the department")
    return _("Message from the reporter")


def _transfer_headline(event: TicketEvent) -> str:
    name = event.data.get("to") or (event.department.name if event.department else "")
    headline = _("Handed to %(department)s") % {"department": name}
    again = back_again(event)
    return f"{headline}, {again}" if again else headline


def _promotion_headline(event: TicketEvent) -> str:
    name = event.stage.name if event.stage else ""
    return _("Next step: %(stage)s") % {"stage": name}


def _merge_headline(event: TicketEvent) -> str:
    goes_on_in = event.data.get("into")
    if not goes_on_in:
        return _("Closed as a duplicate")
    return _("The same problem as %(reference)s: it goes on there") % {"reference": goes_on_in}


_CONFIRMED = {
    (Answerer.REPORTER, False): gettext_lazy("The fix was confirmed by who reported it"),
    (Answerer.REPORTER, True): gettext_lazy("The fix was confirmed on the spot by who reported it"),
    (Answerer.SUPPORTER, False): gettext_lazy("The fix was confirmed by somebody with the same problem"),
    (Answerer.SUPPORTER, True): gettext_lazy(
        "The fix was confirmed on the spot by somebody with the same problem"
    ),
}


def _confirmed_headline(event: TicketEvent) -> str:
    by, on_the_spot = event.data.get("by"), event.data.get("proof") in {Proof.ON_THE_SPOT, Proof.READ_OUT}
    return str(_CONFIRMED.get((by, on_the_spot), _("The fix was confirmed")))


def _priority_headline(event: TicketEvent) -> str:
    many = event.data.get("supporters")
    if not many:
        return _("The priority was changed")
    words = ngettext(
        "More urgent now: %(count)d other person has this problem",
        "More urgent now: %(count)d other people have this problem",
        many,
    )
    return words % {"count": many}


_SPECIAL_HEADLINES: dict[EventKind, Callable[[TicketEvent], str]] = {
    EventKind.MESSAGE_ADDED: _message_headline,
    EventKind.MERGED: _merge_headline,
    EventKind.TRANSFERRED: _transfer_headline,
    EventKind.PROMOTED: _promotion_headline,
    EventKind.VERIFIED: _confirmed_headline,
    EventKind.PRIORITY_CHANGED: _priority_headline,
}
