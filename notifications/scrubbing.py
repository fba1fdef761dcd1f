"""What providers say, without what nobody should read in the delivery log."""

from __future__ import annotations

import re

from common.redaction import HIDDEN, redact
from common.text import clean_line

LONGEST = 500
# Providers repeat the message, and in a message any six digits may be a code.
_CODE = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}(?!\d)")


def scrub(words: str) -> str:
    """One line of at most 500 characters without passwords, account keys and one-time codes."""
    return hide_codes(redact(clean_line(words)))[:LONGEST]


def hide_codes(words: str) -> str:
    """The same text with everything masked that could be a one-time code."""
    return _CODE.sub(HIDDEN, words)
