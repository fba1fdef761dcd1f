"""What typed text may contain: any language, no control characters."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_ALLOWED_CONTROLS = {"\n", "\r", "\t"}


def refuse_control_characters(value: str) -> None:
    """A field validator: raises ValidationError for control and unassigned characters."""
    for character in value:
        # Cc: controls. Cs: lone surrogates, which PostgreSQL cannot store. Format characters (Cf)
        # stay: emoji and right-to-left scripts need them.
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in _ALLOWED_CONTROLS:
            raise ValidationError(
                _("This text has characters that cannot be shown."), code="control_characters"
            )


def clean_line(value: str) -> str:
    """One line of text: white space folded, ends trimmed."""
    return " ".join(value.split())
