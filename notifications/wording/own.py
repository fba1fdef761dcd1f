"""An organisation's own words in place of ours: named blanks are filled in, and nothing else is.

No template language: whoever writes the words can neither read what a message has no business with,
nor break it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from django.utils.text import normalize_newlines
from django.utils.translation import gettext as _

from common.errors import InvalidInput
from notifications.enums import Audience
from notifications.occasion import Occasion, needs_code
from notifications.wording.words import Words
from tickets.enums import EventKind

BLANKS: Mapping[str, Callable[[Occasion], str]] = {
    "reference": lambda occasion: occasion.reference,
    "title": lambda occasion: occasion.title,
    "department": lambda occasion: occasion.department,
    "promise": lambda occasion: occasion.promise,
    "organisation": lambda occasion: occasion.ticket.organisation.name,
    "link": lambda occasion: occasion.verify_link or occasion.link,
    "code": lambda occasion: occasion.code,
}
_BLANK = re.compile(r"\{([^{}]*)\}")
_BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")


class UnknownBlank(InvalidInput):
    code = "unknown_blank"


class MissingBlank(InvalidInput):
    code = "missing_blank"


class OwnWords(Protocol):
    """What an organisation wrote. An empty text leaves ours."""

    headline: str
    body: str
    sms: str


def check_blanks(text: str, *, field: str) -> None:
    """Raises UnknownBlank for a blank that nobody could fill in."""
    strange = [name for name in _BLANK.findall(text) if name not in BLANKS]
    if strange:
        names = ", ".join(f"{{{name}}}" for name in BLANKS)
        words = _("There is no {%(name)s}. There are: %(names)s.")
        raise UnknownBlank(words % {"name": strange[0], "names": names}, field=field)


def check_sms(text: str, kind: EventKind) -> None:
    """An SMS says which ticket and where to read on, and a code where there is one.

    Raises UnknownBlank, MissingBlank.
    """
    check_blanks(text, field="sms")
    needed = ["reference", "link", *(["code"] if needs_code(kind, Audience.REPORTER) else [])]
    missing = [name for name in needed if f"{{{name}}}" not in text]
    if text and missing:
        raise MissingBlank(_("An SMS of this kind must say {%(name)s}.") % {"name": missing[0]}, field="sms")


def with_own(words: Words, own: OwnWords, occasion: Occasion) -> Words:
    """Our words with theirs in their place. What asks for nothing that there is, stays ours."""
    headline = _filled(own.headline, occasion)
    paragraphs = list(_paragraphs(own.body, occasion))
    has_sms = _filled(own.sms, occasion) != ""
    return replace(
        words,
        headline=headline or words.headline,
        paragraphs=paragraphs or words.paragraphs,
        sms=(lambda title: _fill(own.sms, occasion, title)) if has_sms else words.sms,
    )


def _paragraphs(text: str, occasion: Occasion) -> Iterator[str]:
    for paragraph in _BETWEEN_PARAGRAPHS.split(normalize_newlines(text).strip()):
        if filled := _filled(paragraph, occasion):
            yield filled


def _filled(text: str, occasion: Occasion) -> str:
    """The text; empty where it asks for something that there is not, as a promise that nobody made."""
    names = _BLANK.findall(text)
    return "" if any(not BLANKS[name](occasion) for name in names) else _fill(text, occasion, occasion.title)


def _fill(text: str, occasion: Occasion, title: str) -> str:
    def value(match: re.Match[str]) -> str:
        return title if match[1] == "title" else BLANKS[match[1]](occasion)

    return _BLANK.sub(value, text)
