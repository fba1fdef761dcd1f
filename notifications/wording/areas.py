"""What people read of what happens in an area that they follow."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.occasion import Occasion
from notifications.wording.words import Words
from tickets.enums import EventKind


def reported(occasion: Occasion) -> Words:
    paragraphs = [_("Somebody has reported this in an area that you follow.")]
    if occasion.ticket.address:
        paragraphs.append(occasion.ticket.address)
    if occasion.promise:
        paragraphs.append(_("We promise to fix it by %(moment)s.") % {"moment": occasion.promise})
    paragraphs.append(_("Is it your problem too? Say so on the ticket's page, and you are kept informed."))
    return Words(headline=_("Reported near by"), paragraphs=paragraphs, button=_("See the ticket"))


def affects_many(occasion: Occasion) -> Words:
    # Whoever reported it has the problem as well.
    people = occasion.ticket.support_count + 1
    said = ngettext(
        "%(people)d person near by has this problem.", "%(people)d people near by have this problem.", people
    )
    paragraphs = [said % {"people": people}]
    if occasion.promise:
        paragraphs.append(_("We promise to fix it by %(moment)s.") % {"moment": occasion.promise})
    return Words(headline=_("Affecting many people"), paragraphs=paragraphs, button=_("See the ticket"))


AREA_WORDS: dict[EventKind, Callable[[Occasion], Words]] = {
    EventKind.CREATED: reported,
    EventKind.SUPPORTED: affects_many,
    EventKind.DUPLICATE_ADDED: affects_many,
}
