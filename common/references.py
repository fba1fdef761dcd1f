"""References that people read aloud: `TSH-4K7-M2X`.

The prefix belongs to the organisation. The body is a number in base 29, whose alphabet has no
letter or digit that looks or sounds like another; its last character is a check character.
29 is prime and every position has a weight of its own, so a single wrong character and two
neighbours swapped are always noticed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import mul

from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput

ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
BASE = len(ALPHABET)
# What each character counts in the check. The letters that only prefixes have count as the digits do,
# so that all letters differ.
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_VALUES |= {letter: value for value, letter in enumerate("ILOSU")}
_BODY_WEIGHTS, _PREFIX_WEIGHTS = range(2, 12), range(12, 17)
SHORT_BODY = 5
# Four more and not two: with prefixes of two to five letters, no long reference has the length of a
# short one, so that the end of the prefix is never a guess.
LONG_BODY = 9
# Coprime to 29: multiplying by it permutes the numbers, so that neighbours look unrelated.
_SCRAMBLE = 7_368_787
_SEPARATORS = r"[\s\-–—_.]+"
_SHAPE = re.compile(rf"^([A-Z]{{2,5}})([{ALPHABET}]{{{SHORT_BODY + 1}}}|[{ALPHABET}]{{{LONG_BODY + 1}}})$")


class MistypedReference(InvalidInput):
    code = "mistyped_reference"
    sentence = _("This reference has a typing error. Please check it letter by letter.")


def make_reference(prefix: str, number: int) -> str:
    """The reference of the `number`-th ticket (from 1) under an organisation's prefix."""
    length = SHORT_BODY if number < BASE**SHORT_BODY else LONG_BODY
    body = _encode(number * _SCRAMBLE % BASE**length, length)
    whole = body + _check_character(prefix, body)
    return f"{prefix}-{whole[:3]}-{whole[3:]}"


def parse_reference(typed: str) -> str:
    """What a person typed as the canonical reference.

    Case, spaces and dashes do not matter. Raises MistypedReference when it cannot be one.
    """
    compact = re.sub(_SEPARATORS, "", typed).upper()
    match = _SHAPE.match(compact)
    if match and _check_character(match[1], match[2][:-1]) == match[2][-1]:
        return f"{match[1]}-{match[2][:3]}-{match[2][3:]}"
    raise MistypedReference


def looks_like_reference(typed: str, *, prefix: str) -> bool:
    """Whether a person probably meant a reference, right or wrong, and not words to search for."""
    compact = re.sub(_SEPARATORS, "", typed).upper()
    rest = compact.removeprefix(prefix)
    if rest == compact or not rest.isalnum() or not 4 <= len(rest) <= LONG_BODY + 3:
        return False
    if any(map(str.isdigit, rest)) or re.match(rf"\s*{prefix}\s*[-–—]", typed, re.IGNORECASE):
        return True
    return _is_reference(compact)


def _is_reference(compact: str) -> bool:
    try:
        parse_reference(compact)
    except MistypedReference:
        return False
    return True


def _encode(number: int, length: int) -> str:
    characters = []
    for _position in range(length):
        number, digit = divmod(number, BASE)
        characters.append(ALPHABET[digit])
    return "".join(reversed(characters))


def _check_character(prefix: str, body: str) -> str:
    return ALPHABET[(_weighed(body, _BODY_WEIGHTS) + _weighed_prefix(prefix)) % BASE]


def _weighed(characters: str, weights: range) -> int:
    return sum(map(mul, map(_VALUES.__getitem__, characters), weights))


@lru_cache(maxsize=64)
def _weighed_prefix(prefix: str) -> int:
    return _weighed(prefix, _PREFIX_WEIGHTS)
