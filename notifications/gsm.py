"""The alphabet of SMS (3GPP TS 23.038): what fits, and how long it is. Pure.

One character outside of it and the whole message is sent in UCS-2, at less than half the length.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_PLAIN = frozenset(
    "@£$¥\n\rΔ_ΦΓΛΩΠΨΣΘΞ !\"#¤%&'()*+,-./0123456789:;<=>?¡§¿"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
# These are sent as two characters.
_EXTENDED = frozenset("^{}\\[~]|€")
_REPLACED = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "•": "-",
        "\t": " ",
        "\u00a0": " ",
    }
)
SEGMENTS = 2
# A message of several parts spends seven characters of each on putting them together again.
LIMIT = SEGMENTS * 153


@dataclass(frozen=True)
class Parts:
    """What a text costs as an SMS. `length` is in characters of the alphabet."""

    alphabet: str
    length: int
    parts: int


def parts_of(text: str) -> Parts:
    """As the network would count the text if it were sent as it stands."""
    if all(character in _PLAIN or character in _EXTENDED for character in text):
        alphabet, size, single, several = "GSM-7", length(text), 160, 153
    else:
        # UTF-16: an emoji counts twice.
        alphabet, size, single, several = "UCS-2", len(text.encode("utf-16-be")) // 2, 70, 67
    return Parts(alphabet, size, 1 if size <= single else -(-size // several))


def to_gsm(text: str) -> str:
    """The text in the alphabet, without accents; what has no likeness in it is left out."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_REPLACED))
    return "".join(character for character in decomposed if character in _PLAIN or character in _EXTENDED)


def length(text: str) -> int:
    """How many of the network's characters a text in the alphabet takes."""
    return sum(2 if character in _EXTENDED else 1 for character in text)


def fit(write: Callable[[str], str], words: str) -> str:
    """What `write` makes of the words, with as much of them as fits into two segments."""
    shown = words = to_gsm(words)
    while length(text := to_gsm(write(shown))) > LIMIT and words:
        words = words[:-1].rstrip()
        shown = f"{words}..." if words else ""
    return text[:LIMIT]
