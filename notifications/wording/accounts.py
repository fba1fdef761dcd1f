"""What people read about missed promises and points: reminders, appeals, decisions."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from notifications.enums import Audience
from notifications.occasion import Occasion
from notifications.wording.words import Words
from tickets.enums import EventKind

_GRANTED = "granted"


def remedy_overdue(occasion: Occasion) -> Words:
    values = {"department": occasion.department}
    if occasion.audience == Audience.ORGANISATION_ADMINS:
        paragraphs = [
            _("%(department)s has not written down what it does about the promise that it missed.") % values,
            _("Two weeks have passed; its admins were reminded after one."),
        ]
    else:
        paragraphs = [
            _("%(department)s missed the promise for this ticket a week ago.") % values,
            _("Please write down what the department does about it. The organisation is told in a week."),
        ]
    return Words(headline=_("The remedy is overdue"), paragraphs=paragraphs, button=_("Write the remedy"))


def appealed(occasion: Occasion) -> Words:
    person = occasion.event.actor.full_name if occasion.event.actor else _("Somebody")
    return Words(
        headline=_("An appeal to decide"),
        paragraphs=[
            _("%(name)s says that a penalty is wrong.") % {"name": person},
            _penalty(occasion),
            _("Please decide, with a reason. Who appealed is told."),
        ],
        quote_label=_("Their reason"),
        button=_("Decide"),
    )


def appeal_decided(occasion: Occasion) -> Words:
    if occasion.event.data.get("state") == _GRANTED:
        headline, said = _("Your appeal was granted"), _("The points are given back.")
    else:
        headline, said = _("Your appeal was refused"), _("The penalty stands.")
    return Words(
        headline=headline,
        paragraphs=[said, _penalty(occasion)],
        quote_label=_("The reason"),
        button=_("Open the appeal"),
    )


def _penalty(occasion: Occasion) -> str:
    data = occasion.event.data
    values = {"rule": _(str(data.get("rule", ""))), "points": str(data.get("points", "")).replace("-", "−")}
    return _("It was about: %(rule)s (%(points)s points).") % values


ACCOUNT_WORDS: dict[EventKind, Callable[[Occasion], Words]] = {
    EventKind.REMEDY_OVERDUE: remedy_overdue,
    EventKind.APPEALED: appealed,
    EventKind.APPEAL_DECIDED: appeal_decided,
}
