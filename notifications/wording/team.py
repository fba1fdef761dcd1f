"""What everybody on a project's ticket reads: what changed, and who works on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from departments.enums import Priority
from notifications.occasion import Occasion, moment_words
from notifications.queries import people_on
from notifications.wording.words import Words
from tickets.enums import EventKind, Outcome, Status
from tickets.models import Ticket

_MOMENTS = frozenset({"due_at"})
_SHOWN = ("title", "description", "status", "outcome", "priority", "address", "tags", "due_at")


def update_words(occasion: Occasion) -> Words:
    people = ", ".join(people_on(occasion.ticket)) or _("nobody yet")
    return Words(
        headline=str(EventKind(occasion.event.kind).label).capitalize(),
        paragraphs=[*_changes(occasion), _("Working on it: %(people)s.") % {"people": people}],
        quote_label=_("Note"),
        button=_("Open the ticket"),
    )


def _changes(occasion: Occasion) -> Iterator[str]:
    """A line for each field that people know, with its old and new value."""
    for name in _SHOWN:
        if name in occasion.event.changes:
            old, new = occasion.event.changes[name]
            yield _("%(field)s: %(old)s → %(new)s") % {
                "field": _label(name),
                "old": _value(name, old),
                "new": _value(name, new),
            }


def _label(name: str) -> str:
    field = Ticket._meta.get_field(name)
    return str(getattr(field, "verbose_name", name)).capitalize()


def _value(name: str, value: Any) -> str:
    if value in (None, "", []):
        return _("none")
    choices = {"status": Status, "outcome": Outcome, "priority": Priority}
    if name in choices:
        return str(choices[name](value).label)
    if name in _MOMENTS:
        moment = parse_datetime(value)
        return moment_words(moment) if moment else str(value)
    return ", ".join(value) if isinstance(value, list) else str(value)
