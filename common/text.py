"""What typed text may contain: any language, no control characters."""

from __future__ import annotations

import re
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput

# Controls (Cc) but line ends and tabs, and lone surrogates (Cs), which PostgreSQL cannot store. Format
# characters (Cf) stay: emoji and right-to-left scripts need them.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def is_showable(value: str) -> bool:
    """Whether the text has neither control characters nor lone surrogates."""
    return _UNSHOWABLE.search(value) is None


def refuse_control_characters(value: str) -> None:
    """A field validator: raises ValidationError for control characters and lone surrogates."""
    if not is_showable(value):
        raise ValidationError(_("This text has characters that cannot be shown."), code="control_characters")


def for_xml(value: str) -> str:
    """The text without what XML 1.0 has no way of writing: controls, and the last two of the plane."""
    return _NOT_IN_XML.sub("", value)


# Addresses of the commonest shape, in which Django's rules find nothing wrong; they judge all others.
_COMMON_EMAIL = re.compile(r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]{1,30}\.){1,4}[a-z]{2,20}", re.ASCII)


@lru_cache(maxsize=4096)
def is_email(value: str) -> bool:
    """Whether this is an e-mail address. One report is asked twice about the same address."""
    if len(value) <= 64 and _COMMON_EMAIL.fullmatch(value):
        return True
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


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
