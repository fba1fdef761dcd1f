"""How a tag is written: the same word in any case is one tag."""

from __future__ import annotations

from common.text import clean_line

MOST_TAGS = 20
LONGEST_TAG = 40


def fold_tag(typed: str) -> str:
    """The tag as it is kept and looked for: `  Burst  MAIN` is `burst main`."""
    return clean_line(typed).casefold()
