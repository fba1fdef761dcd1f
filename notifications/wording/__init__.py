"""The words of every message: one small function for each kind of event and side of the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notifications.enums import Audience
from notifications.occasion import Occasion
from notifications.routing import RESIDENTS
from notifications.wording.accounts import ACCOUNT_WORDS
from notifications.wording.areas import AREA_WORDS
from notifications.wording.residents import RESIDENT_WORDS
from notifications.wording.staff import STAFF_WORDS
from notifications.wording.team import update_words, with_update
from notifications.wording.words import Words
from tickets.enums import EventKind

__all__ = ["Words", "words_for", "writer_for"]

Writer = Callable[[Occasion], Words]
_FOR_STAFF: Mapping[EventKind, Writer] = {**STAFF_WORDS, **ACCOUNT_WORDS}


def writer_for(kind: EventKind, audience: Audience) -> Writer:
    """The function that knows the words. Raises KeyError where the routing sends nothing."""
    if audience == Audience.TEAM:
        return update_words
    if audience == Audience.AREA_FOLLOWERS:
        return AREA_WORDS[kind]
    by_kind: Mapping[EventKind, Writer] = RESIDENT_WORDS if audience in RESIDENTS else _FOR_STAFF
    return by_kind[kind]


def words_for(occasion: Occasion) -> Words:
    """What to say, in the language that is active."""
    words = writer_for(EventKind(occasion.event.kind), occasion.audience)(occasion)
    leads_a_project = occasion.audience == Audience.ASSIGNEE and occasion.ticket.project_id is not None
    return with_update(words, occasion) if leads_a_project else words
