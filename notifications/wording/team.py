"""What everybody on a project's ticket reads: what changed, and who works on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import ForeignKey
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from departments.enums import Priority
from notifications.occasion import Occasion, moment_words
from notifications.queries import names_of, people_on
from notifications.wording.words import Words
from tickets.enums import EventKind, Outcome, Status
from tickets.models import Ticket

_MOMENTS = frozenset({"due_at"})
_CHOICES: dict[str, Any] = {"status": Status, "outcome": Outcome, "priority": Priority}
_SHOWN = (
    "title",
    "description",
    "status",
    "outcome",
    "priority",
    "category",
    "project",
    "department",
    "stage",
    "assignee",
    "address",
    "latitude",
    "longitude",
    "tags",
    "due_at",
)
# A description may be as long as a letter; a mail shows how it begins.
_LONGEST = 300


def update_words(occasion: Occasion) -> Words:
    kinds = dict.fromkeys(EventKind(event.kind) for event in occasion.update)
    words = Words(
        headline=capfirst(", ".join(str(kind.label) for kind in kinds)),
        paragraphs=[],
        quote_label=_("Note"),
        button=_("Open the ticket"),
    )
    return with_update(words, occasion)


def with_update(words: Words, occasion: Occasion) -> Words:
    """The words, followed by everything that changed and by who works on the ticket now."""
    people = ", ".join(people_on(occasion.ticket)) or _("nobody yet")
    told = [
        *words.paragraphs,
        *_changes(occasion),
        *_comings_and_goings(occasion),
        _("Current assignees: %(people)s.") % {"people": people},
    ]
    return replace(words, paragraphs=told)


def _changes(occasion: Occasion) -> Iterator[str]:
    """A line for each field that people know, with what it was before the update and what it is after it."""
    changed: dict[str, tuple[Any, Any]] = {}
    for event in occasion.update:
        for name, (old, new) in event.changes.items():
            changed[name] = (changed.get(name, (old,))[0], new)
    for name in _SHOWN:
        if name in changed and changed[name][0] != changed[name][1]:
            old, new = (_value(name, value) for value in changed[name])
            yield _("%(field)s: %(old)s → %(new)s") % {"field": _label(name), "old": old, "new": new}


def _comings_and_goings(occasion: Occasion) -> Iterator[str]:
    for event in occasion.update:
        if event.kind == EventKind.ASSIGNEES_CHANGED:
            if added := names_of(event.data.get("added", [])):
                yield _("Added: %(people)s.") % {"people": ", ".join(added)}
            if removed := names_of(event.data.get("removed", [])):
                yield _("Removed: %(people)s.") % {"people": ", ".join(removed)}


def _label(name: str) -> str:
    field = Ticket._meta.get_field(name)
    return capfirst(str(getattr(field, "verbose_name", name)))


def _value(name: str, value: Any) -> str:
    if value in (None, "", []):
        return _("none")
    if name in _CHOICES:
        return str(_CHOICES[name](value).label)
    if name in _MOMENTS:
        moment = parse_datetime(value)
        return moment_words(moment) if moment else str(value)
    field = Ticket._meta.get_field(name)
    if isinstance(field, ForeignKey):
        return str(field.related_model._default_manager.filter(pk=value).first() or _("none"))
    words = ", ".join(value) if isinstance(value, list) else str(value)
    return Truncator(words).chars(_LONGEST)
