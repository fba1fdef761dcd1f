"""The first version of the points: what every organisation starts with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from accountability.enums import EARNING, Share
from departments.enums import EscalationAudience
from tickets.enums import EventKind, Promise


@dataclass(frozen=True)
class DefaultRule:
    code: str
    title: str
    event_kind: EventKind
    points: int
    share: Share


DEFAULT_RULES = [
    DefaultRule(
        "verified_in_time",
        gettext_noop("Fixed in time, and the reporter confirmed it"),
        EventKind.VERIFIED,
        10,
        Share.CUSTODY,
    ),
    DefaultRule(
        "resolved_in_time",
        gettext_noop("Done in time, where no proof is asked for"),
        EventKind.RESOLVED,
        10,
        Share.CUSTODY,
    ),
    DefaultRule("well_rated", gettext_noop("Rated four or five of five"), EventKind.RATED, 5, Share.CUSTODY),
    DefaultRule("expired", gettext_noop("Promise missed"), EventKind.EXPIRED, -10, Share.CUSTODY),
    DefaultRule(
        "disputed", gettext_noop("Reported as fixed, but it was not"), EventKind.DISPUTED, -5, Share.HOLDER
    ),
    DefaultRule("reopened", gettext_noop("Had to be reopened"), EventKind.REOPENED, -3, Share.HOLDER),
]
# From so many of five on a rating is a reward.
WELL_RATED = 4
# What tells that a promise was missed, and which.
MISSED = {EventKind.RESPONSE_LATE: Promise.RESPOND, EventKind.EXPIRED: Promise.RESOLVE}
ACCOUNTED = frozenset([*MISSED, *EARNING])
# The task that accounts for what is new in the feed.
ACCOUNT = "accountability.account_for_feed"
# The task that asks for remedies that are overdue.
REMIND = "accountability.remind_of_remedies"
# How long a department takes at most to write down what it does about a missed promise.
REMEDY_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class ReminderStep:
    """Who is reminded when so much time has passed since the breach was recorded."""

    after: timedelta
    audience: EscalationAudience


# Who writes the remedy, then who looks after them.
REMINDERS = (
    ReminderStep(REMEDY_WITHIN, EscalationAudience.DEPARTMENT_ADMINS),
    ReminderStep(2 * REMEDY_WITHIN, EscalationAudience.ORGANISATION_ADMINS),
)


def remind_at(recorded_at: datetime, reminders: int) -> datetime | None:
    """When the next reminder of a missing remedy is due after so many; None after the last one."""
    return recorded_at + REMINDERS[reminders].after if reminders < len(REMINDERS) else None
