"""Whether a message is still worth sending when its turn comes: nothing old is told as news."""

from __future__ import annotations

from collections.abc import Sequence, Set

from notifications.bundles import Bundle
from notifications.enums import Audience, Channel
from notifications.models import Notification
from notifications.queries import wishes_in
from notifications.topics import TOPICS, topic_of
from tickets.enums import EventKind, Outcome, Status
from tickets.models import AreaFollow, Ticket, TicketEvent
from tickets.subjects import subject_of
from tickets.workflow import UNSETTLED

# What is only of use while the ticket has one of these statuses.
_ONLY_WHILE: dict[EventKind, Set[Status]] = {
    EventKind.STARTED: {Status.IN_PROGRESS},
    EventKind.RESPONSE_LATE: {Status.OPEN},
    EventKind.RESOLVED: {Status.RESOLVED},
    EventKind.CODE_SENT: {Status.RESOLVED},
    EventKind.PROOF_REMINDED: {Status.RESOLVED},
    EventKind.EXPIRING: UNSETTLED,
    EventKind.ESCALATED: UNSETTLED,
}
# Of each other's opposite only the last one holds.
_ABOUT_A_MERGE = {EventKind.MERGED: True, EventKind.UNMERGED: False}
_ABOUT_AN_ASSIGNMENT = {EventKind.ASSIGNED, EventKind.ASSIGNMENT_OVERRIDDEN, EventKind.HANDED_ON}


def is_there(notification: Notification) -> bool:
    """Whether there is still somebody to be told."""
    person = notification.recipient
    if person is None:
        return not notification.recipient_key.startswith("user:")
    return person.is_active


def still_told(bundle: Bundle) -> bool:
    """Whether there is anything left in it. Of a summary, what does not hold any more is left out."""
    areas = bundle.areas()
    kept = [one for one in bundle.members if _is_told(one) and _still_around(one, areas)]
    if bundle.is_digest:
        bundle.members[:] = kept
    return bool(kept)


def _is_told(notification: Notification) -> bool:
    event = notification.event
    return is_wanted(notification) and still_matters(event, event.ticket, notification.audience)


def is_wanted(notification: Notification) -> bool:
    """Whether the person still wants to hear of this by this channel: they may have said no meanwhile."""
    preference = getattr(notification.recipient, "preference", None)
    if preference is None:
        return True
    topic = topic_of(EventKind(notification.event.kind), Audience(notification.audience))
    wishes = wishes_in(preference, notification.organisation)
    return wishes.allows(topic, Channel(notification.channel)) or not TOPICS[topic].may_be_off


def _still_around(notification: Notification, areas: Sequence[AreaFollow]) -> bool:
    """Of what is told because of an area: whether it is open to all, and in one that is still followed."""
    ticket = notification.event.ticket
    if notification.audience != Audience.AREA_FOLLOWERS:
        return True
    is_news = ticket.is_shown_to_all and ticket.status != Status.CLOSED
    return is_news and any(area.covers(ticket) for area in areas)


def still_matters(event: TicketEvent, ticket: Ticket, audience: str) -> bool:
    """Whether what the event says still holds, for this audience."""
    subject = subject_of(event)
    # Then what became of the ticket has nothing to do with it.
    return subject.still_holds(event) if subject else _holds_of_ticket(event, ticket, audience)


def _holds_of_ticket(event: TicketEvent, ticket: Ticket, audience: str) -> bool:
    kind = EventKind(event.kind)
    if ticket.outcome == Outcome.WITHDRAWN:
        return kind is EventKind.WITHDRAWN
    # The project's people hear of every change, also of those that another one has overtaken.
    if audience == Audience.TEAM:
        return True
    if kind in _ONLY_WHILE and ticket.status not in _ONLY_WHILE[kind]:
        return False
    if kind is EventKind.RESOLVED and ticket.resolved_at is not None:
        return event.occurred_at >= ticket.resolved_at
    if kind in _ABOUT_A_MERGE:
        return _ABOUT_A_MERGE[kind] == (ticket.outcome == Outcome.DUPLICATE)
    if kind in _ABOUT_AN_ASSIGNMENT:
        return ticket.assignee_id == event.assignee_id and ticket.status != Status.CLOSED
    if kind is EventKind.WAITED_TOO_LONG:
        return ticket.queued_at is not None and ticket.department_id == event.department_id
    return True
