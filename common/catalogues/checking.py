"""What a translation may not lose of its sentence: the gaps that are filled in, tags, spaces around."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from babel.messages.catalog import Message

# %(name)s, %s, %.1f, %%; {name}; <strong class="x">
_HELD = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[sdfr]|%%|\{\w*\}|</?[a-zA-Z][^<>]*>")


def faults_of(message: Message, forms: int) -> list[str]:
    """Sentences about what is wrong with a translation; none for a right one and for a missing one.

    `forms` is how many forms of a plural the language has.
    """
    if isinstance(message.id, str):
        return list(_faults(message.id, message.id, str(message.string))) if message.string else []
    said = list(message.string or ())
    if not any(said):
        return []
    if len(said) != forms or not all(said):
        return [f"{message.id[0]!r} needs {forms} forms and has {said!r}"]
    singular, plural = message.id
    return [
        fault
        for form, words in zip([singular, *[plural] * (forms - 1)], said, strict=True)
        for fault in _faults(form, plural, words)
    ]


def _faults(sentence: str, other: str, words: str) -> Iterator[str]:
    """The one may say "one" where the many count, or the other way round."""
    if _held(words) not in (_held(sentence), _held(other)):
        yield f"{words!r} does not hold what {sentence!r} holds"
    if _edges(words) != _edges(sentence):
        yield f"{words!r} has other spaces around it than {sentence!r}"


def _held(words: str) -> Counter[str]:
    return Counter(_HELD.findall(words))


def _edges(words: str) -> tuple[str, str]:
    inner = words.strip()
    return words[: words.find(inner)] if inner else words, words[len(words.rstrip()) :]
