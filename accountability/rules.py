"""The first version of the points: what every organisation starts with."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from accountability.enums import Share
from tickets.enums import EventKind


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
    DefaultRule("expired", gettext_noop("Promise missed"), EventKind.EXPIRED, -10, Share.CUSTODY),
    DefaultRule(
        "disputed", gettext_noop("Reported as fixed, but it was not"), EventKind.DISPUTED, -5, Share.HOLDER
    ),
    DefaultRule("reopened", gettext_noop("Had to be reopened"), EventKind.REOPENED, -3, Share.HOLDER),
]
ACCOUNTED = frozenset(rule.event_kind for rule in DEFAULT_RULES)
