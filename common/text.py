"""What typed text may contain: any language, no control characters."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput

_ALLOWED_CONTROLS = {"\n", "\r", "\t"}


def refuse_control_characters(value: str) -> None:
    """A field validator: raises ValidationError for control characters and lone surrogates."""
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


def checked_text(value: str, *, field: str, most: int) -> str:
    """Text without the space around it. Raises InvalidInput where it is too long or cannot be shown.

    For text that no form has seen; without it the database would answer with an error of its own.
    """
    text = value.strip()
    if len(text) > most:
        raise InvalidInput(gettext("At most %(most)d characters, please.") % {"most": most}, field=field)
    try:
        refuse_control_characters(text)
    except ValidationError as error:
        raise InvalidInput(error.message, field=field) from error
    return text
