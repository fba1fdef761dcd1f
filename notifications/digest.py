"""A summary: what happened, grouped by ticket, the newest last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import ngettext

from accounts.models import Organisation
from notifications.bundles import MOST
from notifications.enums import Audience
from notifications.occasion import Occasion, moment_words
from notifications.wording import words_for


@dataclass(frozen=True)
class Line:
    headline: str
    moment: str
    quote: str
    link: str
    # Of what happened around somebody: the areas of theirs in which it did.
    areas: str = ""


@dataclass
class Group:
    """One ticket, with what happened to it."""

    reference: str
    title: str
    latest: datetime
    lines: list[Line] = field(default_factory=list)


def digest_context(
    organisation: Organisation, occasions: Sequence[Occasion], *, way_out: str = ""
) -> dict[str, object]:
    """What the templates of a summary know. `occasions` in the order in which they happened."""
    others = [occasion for occasion in occasions if occasion.audience is not Audience.AREA_FOLLOWERS]
    return {
        "organisation": organisation,
        "groups": _groups(occasions[-MOST:]),
        "left_out": max(len(occasions) - MOST, 0),
        "subject": _subject(organisation, occasions),
        "asked_for": bool(others),
        "areas": _area_names(occasions),
        "unsubscribe_link": way_out,
        "preferences_link": settings.SITE_URL + reverse("notifications:preferences"),
    }


def write_digest(
    organisation: Organisation, occasions: Sequence[Occasion], *, way_out: str = ""
) -> tuple[str, str, str]:
    """Subject, text and HTML, in the language that is active. `way_out` stops the areas that it tells of."""
    context = digest_context(organisation, occasions, way_out=way_out)
    return (
        str(context["subject"]),
        render_to_string("emails/digest.txt", context),
        render_to_string("emails/digest.html", context),
    )


def _subject(organisation: Organisation, occasions: Sequence[Occasion]) -> str:
    count = len(occasions)
    said = ngettext(
        "%(organisation)s: %(count)d thing happened", "%(organisation)s: %(count)d things happened", count
    )
    return said % {"organisation": organisation.name, "count": count}


def _area_names(occasions: Sequence[Occasion]) -> str:
    return ", ".join(dict.fromkeys(area.name for occasion in occasions for area in occasion.areas))


def _groups(occasions: Sequence[Occasion]) -> list[Group]:
    groups: dict[str, Group] = {}
    for occasion in occasions:
        at = occasion.event.occurred_at
        group = groups.setdefault(occasion.reference, Group(occasion.reference, occasion.title, at))
        group.latest = at
        words = words_for(occasion)
        quote = occasion.quote if words.quote_label else ""
        line = Line(words.headline, moment_words(at), quote, occasion.link, occasion.area_names)
        group.lines.append(line)
    return sorted(groups.values(), key=lambda group: group.latest)
