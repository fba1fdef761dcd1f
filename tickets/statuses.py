"""The words for statuses, with the synonyms of other systems."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tickets.enums import Status

_SYNONYMS = {
    "not_started": Status.OPEN,
    "new": Status.OPEN,
    "complete": Status.CLOSED,
    "completed": Status.CLOSED,
    "done": Status.CLOSED,
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
