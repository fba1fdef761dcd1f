"""The words of the API: statuses with the synonyms of other systems, verbs as their addresses say them."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from departments.enums import Priority
from tickets.enums import Status
from tickets.workflow import Verb

_SYNONYMS = {
    "not_started": Status.OPEN,
    "new": Status.OPEN,
    "complete": Status.CLOSED,
    "completed": Status.CLOSED,
    "done": Status.CLOSED,
}

# How a verb is called in an address; those that are not here are called by their own name.
_NAMES = {
    Verb.OVERRIDE: "assign",
    Verb.PRIORITISE: "priority",
    Verb.PLAN: "project",
    Verb.MESSAGE: "messages",
    Verb.REPLY: "messages",
    Verb.NOTE: "notes",
    Verb.UNMERGE: "merge/undo",
    Verb.ASK_CALL: "callbacks",
    Verb.VERIFY: "verification",
    Verb.DISPUTE: "verification/dispute",
}


def read_status(word: str) -> Status:
    """The status that a word means, in any case, with spaces or dashes. Raises ValueError."""
    plain = re.sub(r"[\s_-]+", "_", word.strip()).lower()
    return _SYNONYMS.get(plain) or Status(plain)


def read_statuses(words: str) -> list[Status]:
    """Statuses separated by commas. Raises ValidationError by parameter."""
    try:
        return [read_status(word) for word in words.split(",")]
    except ValueError as error:
        raise serializers.ValidationError(
            {"status": [_("At least one of these is not a status.")]}
        ) from error


def read_priority(word: str) -> Priority:
    """Raises KeyError for what is none."""
    return Priority.from_word(word.strip())


def verb_name(verb: Verb) -> str:
    return _NAMES.get(verb, verb.value)


class StatusField(serializers.ChoiceField):
    """A status; the words of other systems are understood too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=Status.choices, **options)

    def to_internal_value(self, data: Any) -> Status:
        try:
            return read_status(data)
        except (ValueError, TypeError, AttributeError):
            self.fail("invalid_choice", input=str(data)[:50])


STATUS_HELP = _(
    "One of ours, or of other systems: OPEN, *not started* (open), RESPONDED, *complete* and CLOSED (closed)."
)
