"""Who hears what, by which channel: one table. Pure, and printed in docs/events.md."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from notifications.enums import Audience, Channel
from tickets.areas import becomes_outage
from tickets.enums import EventKind


class Way(Enum):
    """By which of the addresses that somebody has."""

    MAIL = "e-mail"
    MAIL_AND_SMS = "e-mail and SMS"
    MAIL_ELSE_SMS = "e-mail, else SMS"


RESIDENTS = frozenset(
    {
        Audience.REPORTER,
        Audience.SUPPORTERS,
        Audience.FOLLOWERS,
        Audience.CALLER,
        Audience.AREA_FOLLOWERS,
    }
)

A, K = Audience, EventKind
_LOOKING_ON = {A.SUPPORTERS: Way.MAIL_ELSE_SMS, A.FOLLOWERS: Way.MAIL_ELSE_SMS}

ROUTING: Mapping[EventKind, Mapping[Audience, Way]] = {
    K.CREATED: {A.REPORTER: Way.MAIL_AND_SMS, A.TEAM: Way.MAIL, A.AREA_FOLLOWERS: Way.MAIL},
    K.EDITED: {A.TEAM: Way.MAIL},
    K.ROUTED: {A.TEAM: Way.MAIL},
    K.PRIORITY_CHANGED: {
        A.REPORTER: Way.MAIL,
        A.SUPPORTERS: Way.MAIL,
        A.FOLLOWERS: Way.MAIL,
        A.ASSIGNEE: Way.MAIL,
        A.TEAM: Way.MAIL,
    },
    K.QUEUED: {},
    K.ASSIGNED: {A.ASSIGNEE: Way.MAIL, A.TEAM: Way.MAIL},
    K.PICKED: {A.TEAM: Way.MAIL},
    K.ASSIGNMENT_OVERRIDDEN: {A.ASSIGNEE: Way.MAIL, A.TEAM: Way.MAIL},
    K.UNPINNED: {},
    K.HANDED_ON: {A.ASSIGNEE: Way.MAIL, A.TEAM: Way.MAIL},
    K.WAITED_TOO_LONG: {A.DEPARTMENT_ADMINS: Way.MAIL},
    K.ASSIGNEES_CHANGED: {A.TEAM: Way.MAIL},
    K.STARTED: {
        A.REPORTER: Way.MAIL_AND_SMS,
        **_LOOKING_ON,
        A.TEAM: Way.MAIL,
    },
    K.RESPONDED: {A.REPORTER: Way.MAIL_AND_SMS, A.TEAM: Way.MAIL},
    K.REPLIED: {A.ASSIGNEE: Way.MAIL, A.TEAM: Way.MAIL},
    K.RESOLVED: {
        A.REPORTER: Way.MAIL_AND_SMS,
        **_LOOKING_ON,
        A.TEAM: Way.MAIL,
    },
    K.VERIFIED: {
        A.REPORTER: Way.MAIL,
        **_LOOKING_ON,
        A.ASSIGNEE: Way.MAIL,
        A.TEAM: Way.MAIL,
    },
    K.DISPUTED: {A.ASSIGNEE: Way.MAIL, A.DEPARTMENT_ADMINS: Way.MAIL, A.TEAM: Way.MAIL},
    K.RATED: {},
    K.PROOF_REMINDED: {A.REPORTER: Way.MAIL_AND_SMS},
    K.CLOSED: {
        A.REPORTER: Way.MAIL_AND_SMS,
        **_LOOKING_ON,
        A.TEAM: Way.MAIL,
    },
    K.REOPENED: {A.REPORTER: Way.MAIL_ELSE_SMS, A.ASSIGNEE: Way.MAIL, A.TEAM: Way.MAIL},
    K.TRANSFERRED: {A.REPORTER: Way.MAIL_ELSE_SMS, A.TEAM: Way.MAIL},
    K.BOUNCED: {A.ORGANISATION_ADMINS: Way.MAIL},
    K.PROMOTED: {A.TEAM: Way.MAIL},
    K.HOURS_CHANGED: {},
    K.EXPIRING: {A.ASSIGNEE: Way.MAIL, A.DEPARTMENT_ADMINS: Way.MAIL},
    K.RESPONSE_LATE: {A.ASSIGNEE: Way.MAIL, A.DEPARTMENT_ADMINS: Way.MAIL},
    K.EXPIRED: {A.ASSIGNEE: Way.MAIL, A.DEPARTMENT_ADMINS: Way.MAIL, A.TEAM: Way.MAIL},
    K.ESCALATED: {
        A.ASSIGNEE: Way.MAIL,
        A.DEPARTMENT_ADMINS: Way.MAIL,
        A.ORGANISATION_ADMINS: Way.MAIL,
    },
    K.REMEDY_OVERDUE: {A.DEPARTMENT_ADMINS: Way.MAIL, A.ORGANISATION_ADMINS: Way.MAIL},
    K.APPEALED: {A.DEPARTMENT_ADMINS: Way.MAIL},
    K.APPEAL_DECIDED: {A.APPELLANT: Way.MAIL},
    K.MESSAGE_ADDED: {A.REPORTER: Way.MAIL_ELSE_SMS, A.ASSIGNEE: Way.MAIL, A.TEAM: Way.MAIL},
    K.NOTE_ADDED: {A.TEAM: Way.MAIL},
    K.ATTACHED: {A.TEAM: Way.MAIL},
    K.PHOTO_PUBLISHED: {},
    K.PHOTO_HIDDEN: {},
    K.SUPPORTED: {A.AREA_FOLLOWERS: Way.MAIL},
    K.SUPPORT_WITHDRAWN: {},
    K.FOLLOWED: {},
    K.UNFOLLOWED: {},
    K.PROJECT_CHANGED: {A.TEAM: Way.MAIL},
    K.MERGED: {
        A.REPORTER: Way.MAIL_AND_SMS,
        A.SUPPORTERS: Way.MAIL,
        A.FOLLOWERS: Way.MAIL,
        A.ASSIGNEE: Way.MAIL,
        A.TEAM: Way.MAIL,
    },
    K.UNMERGED: {A.REPORTER: Way.MAIL_ELSE_SMS, A.ASSIGNEE: Way.MAIL, A.TEAM: Way.MAIL},
    K.DUPLICATE_ADDED: {A.TEAM: Way.MAIL, A.AREA_FOLLOWERS: Way.MAIL},
    K.DUPLICATE_REMOVED: {A.TEAM: Way.MAIL},
    K.CALLBACK_ASKED: {},
    K.CALLBACK_CANCELLED: {},
    K.CALLED_BACK: {},
    K.CALL_MISSED: {A.CALLER: Way.MAIL_AND_SMS},
    K.NOTIFIED: {A.COLLEAGUES: Way.MAIL},
    K.CODE_SENT: {A.REPORTER: Way.MAIL_AND_SMS},
    K.WITHDRAWN: {A.REPORTER: Way.MAIL_ELSE_SMS, A.ASSIGNEE: Way.MAIL, A.TEAM: Way.MAIL},
}


def concerns(
    audience: Audience,
    kind: EventKind,
    *,
    has_assignee: bool,
    data: Mapping[str, Any],
    changes: Mapping[str, Any] = MappingProxyType({}),
) -> bool:
    """Whether this one event is for that audience: a step of a ladder or of reminders names its own,
    admins are warned of what nobody has, beyond the team a priority is news only where many people raised
    it, and around a ticket people hear of it twice at most: when it is
    reported, and when it comes to affect many.
    """
    if audience is Audience.AREA_FOLLOWERS and kind is not EventKind.CREATED:
        return becomes_outage(changes)
    if kind is EventKind.PRIORITY_CHANGED and audience is not Audience.TEAM:
        return "supporters" in data
    if kind in {EventKind.ESCALATED, EventKind.REMEDY_OVERDUE}:
        return bool(data.get("audience") == audience.value)
    if kind is EventKind.EXPIRING and audience is Audience.DEPARTMENT_ADMINS:
        return not has_assignee
    return True


# Nobody is told about their own action; but a receipt, and a code that they asked for, is no news.
ALSO_TOLD_TO_WHO_DID_IT = frozenset({K.CREATED, K.CODE_SENT})


# What reporters and others outside the desk hear of: an organisation may say it in its own words.
RESIDENT_KINDS = tuple(
    kind
    for kind, routes in ROUTING.items()
    if routes.keys() & {A.REPORTER, A.SUPPORTERS, A.FOLLOWERS, A.CALLER}
)

# What everybody who works on a project's ticket hears of.
TEAM_KINDS = frozenset(kind for kind, routes in ROUTING.items() if A.TEAM in routes)


def audiences_of(kind: EventKind) -> list[Audience]:
    """Who hears of this kind, in the order in which a person who fits several is counted."""
    routes = ROUTING[kind]
    return [audience for audience in Audience if audience in routes]


def channels_of(kind: EventKind, audience: Audience, *, has_email: bool, has_phone: bool) -> list[Channel]:
    """The channels by which somebody of the audience hears of it, given the addresses they have."""
    way = ROUTING[kind][audience]
    mail = [Channel.EMAIL] if has_email else []
    sms = [Channel.SMS] if has_phone else []
    if way is Way.MAIL:
        return mail
    return mail + sms if way is Way.MAIL_AND_SMS else mail or sms
