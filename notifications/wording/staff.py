"""What the people of a department read: assignees and department admins."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from notifications.enums import Audience
from notifications.occasion import Occasion, moment_words
from notifications.wording.words import Words
from tickets.enums import EventKind, Promise


def _open() -> str:
    return _("Open the ticket")


def _due(occasion: Occasion) -> list[str]:
    if not occasion.promise:
        return []
    return [_("Promised to be fixed by %(moment)s.") % {"moment": occasion.promise}]


def assigned(occasion: Occasion) -> Words:
    return Words(
        headline=_("A ticket for you"),
        paragraphs=[_("This ticket is assigned to you."), *_due(occasion)],
        button=_open(),
    )


def overridden(occasion: Occasion) -> Words:
    return Words(
        headline=_("A ticket for you"),
        paragraphs=[_("An admin decided that you work on this ticket."), *_due(occasion)],
        quote_label=_("Why"),
        button=_open(),
    )


def handed_on(occasion: Occasion) -> Words:
    values = {"name": occasion.event.data.get("from", "")}
    return Words(
        headline=_("A ticket for you"),
        paragraphs=[_("%(name)s had this ticket; now it is yours.") % values, *_due(occasion)],
        quote_label=_("Why"),
        button=_open(),
    )


def waited_too_long(occasion: Occasion) -> Words:
    values = {"department": occasion.department}
    return Words(
        headline=_("Nobody is free"),
        paragraphs=[
            _("This ticket waits in %(department)s for longer than the department allows.") % values,
            _("Nobody who is there can take it. Please decide who works on it."),
            *_due(occasion),
        ],
        button=_open(),
    )


def bounced(occasion: Occasion) -> Words:
    values = {"department": occasion.department, "count": occasion.event.data.get("transfers", 0)}
    return Words(
        headline=_("Sent back and forth"),
        paragraphs=[
            _("Departments hand this ticket to and fro: it was moved %(count)d times.") % values,
            _("It is back in %(department)s. Please decide whose it is.") % values,
            *_due(occasion),
        ],
        button=_open(),
    )


def replied(occasion: Occasion) -> Words:
    return Words(
        headline=_("The reporter has replied"),
        paragraphs=[_("The ticket is in progress again, and its clock goes on."), *_due(occasion)],
        quote_label=_("The reply"),
        button=_open(),
    )


def verified(occasion: Occasion) -> Words:
    return Words(
        headline=_("Your fix was confirmed"),
        paragraphs=[_("It is proven that the problem is fixed. Well done.")],
        button=_open(),
    )


def disputed(occasion: Occasion) -> Words:
    return Words(
        headline=_("The fix is disputed"),
        paragraphs=[
            _("The ticket is in progress again, and its clock goes on."),
            *_due(occasion),
        ],
        quote_label=_("What is still wrong"),
        button=_open(),
    )


def reopened(occasion: Occasion) -> Words:
    return Words(
        headline=_("Reopened"),
        paragraphs=[_("The ticket is in progress again, and its clock goes on."), *_due(occasion)],
        quote_label=_("Why"),
        button=_open(),
    )


def expiring(occasion: Occasion) -> Words:
    answers = occasion.event.data.get("promise") == Promise.RESPOND
    due_at = parse_datetime(str(occasion.event.data.get("due_at", "")))
    values = {"moment": moment_words(due_at) if due_at else occasion.promise}
    said = _("Somebody was promised an answer by %(moment)s.") if answers else _("It is due on %(moment)s.")
    paragraphs = [said % values, _("Most of the time is used up.")]
    if occasion.audience == Audience.DEPARTMENT_ADMINS:
        paragraphs.append(_("Nobody has this ticket. Please give it to somebody."))
    return Words(headline=_("About to expire"), paragraphs=paragraphs, button=_open())


def escalated(occasion: Occasion) -> Words:
    return Words(
        headline=_("Escalated to you"),
        paragraphs=[
            _("The promise was missed, and this ticket is still not resolved."),
            _("It is with this department: %(department)s.") % {"department": occasion.department},
            _("It is escalated step by step until it is resolved."),
        ],
        button=_open(),
    )


def response_late(occasion: Occasion) -> Words:
    return Words(
        headline=_("The first answer is late"),
        paragraphs=[
            _("Somebody was promised an answer by %(moment)s.") % {"moment": occasion.moment},
            _("Start work, or write to the reporter. The promise to fix it still runs."),
            *_due(occasion),
        ],
        button=_open(),
    )


def expired(occasion: Occasion) -> Words:
    values = {"moment": occasion.moment, "department": occasion.department}
    paragraphs = [_("The promise was missed: this ticket expired on %(moment)s.") % values]
    if occasion.audience == Audience.DEPARTMENT_ADMINS:
        paragraphs.append(
            _("%(department)s is held accountable for it. Please write down what you will do.") % values
        )
    paragraphs.append(_("The ticket stays open until it is resolved."))
    return Words(headline=_("Expired"), paragraphs=paragraphs, button=_open())


def message_added(occasion: Occasion) -> Words:
    return Words(
        headline=_("A new message"),
        paragraphs=[_("Somebody wrote on a ticket that you work on.")],
        quote_label=_("The message"),
        button=_open(),
    )


def merged(occasion: Occasion) -> Words:
    values = {"reference": str(occasion.event.data.get("into", ""))}
    return Words(
        headline=_("Closed as a duplicate"),
        paragraphs=[_("It goes on in %(reference)s. There is nothing more to do here.") % values],
        quote_label=_("Why"),
        button=_open(),
    )


def unmerged(occasion: Occasion) -> Words:
    return Words(
        headline=_("Not a duplicate after all"),
        paragraphs=[_("The ticket is yours again, and its clock goes on."), *_due(occasion)],
        quote_label=_("Why"),
        button=_open(),
    )


def notified(occasion: Occasion) -> Words:
    sender = occasion.event.actor.full_name if occasion.event.actor else _("The system")
    return Words(
        headline=_("For your information"),
        paragraphs=[_("%(name)s sends you this ticket.") % {"name": sender}],
        quote_label=_("Their note"),
        button=_open(),
    )


def priority_changed(occasion: Occasion) -> Words:
    values = {"count": int(occasion.event.data.get("supporters", 0))}
    return Words(
        headline=_("More urgent now"),
        paragraphs=[
            _("Other people who have this problem: %(count)d. So its priority was raised.") % values,
            *_due(occasion),
        ],
        button=_open(),
    )


def withdrawn(occasion: Occasion) -> Words:
    return Words(
        headline=_("Withdrawn"),
        paragraphs=[_("The ticket was withdrawn. There is nothing more to do.")],
        quote_label=_("Why"),
        button=_open(),
    )


STAFF_WORDS: dict[EventKind, Callable[[Occasion], Words]] = {
    EventKind.ASSIGNED: assigned,
    EventKind.ASSIGNMENT_OVERRIDDEN: overridden,
    EventKind.HANDED_ON: handed_on,
    EventKind.WAITED_TOO_LONG: waited_too_long,
    EventKind.BOUNCED: bounced,
    EventKind.REPLIED: replied,
    EventKind.VERIFIED: verified,
    EventKind.DISPUTED: disputed,
    EventKind.REOPENED: reopened,
    EventKind.PRIORITY_CHANGED: priority_changed,
    EventKind.EXPIRING: expiring,
    EventKind.ESCALATED: escalated,
    EventKind.RESPONSE_LATE: response_late,
    EventKind.EXPIRED: expired,
    EventKind.MESSAGE_ADDED: message_added,
    EventKind.MERGED: merged,
    EventKind.UNMERGED: unmerged,
    EventKind.NOTIFIED: notified,
    EventKind.WITHDRAWN: withdrawn,
}
