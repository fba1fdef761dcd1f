"""Which categories a resident's words point at. Pure: words and categories in, categories out."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

# What a word weighs by where it stands: in the description, in a keyword of several words, in the
# name, as a keyword of its own; and what a whole keyword of several words adds.
DESCRIPTION, IN_PHRASE, NAME, KEYWORD, PHRASE = 0.5, 1.5, 2.0, 2.2, 4.0
# How alike a mistyped word must be, and what it then still counts.
ALIKE, MISTYPED = 0.84, 0.7
# Below this, or this share of the best score, the words say nothing about a category.
ENOUGH, SHARE = 1.0, 0.3

_STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "by",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "i",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "near",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "out",
        "please",
        "she",
        "so",
        "some",
        "that",
        "the",
        "their",
        "them",
        "there",
        "they",
        "this",
        "to",
        "up",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "you",
        "your",
        "die",
        "het",
        "in",
        "is",
        "nie",
        "op",
        "van",
        "vir",
    ]
)


class Described(Protocol):
    """Categories, and whatever else is described by a name, a text and keywords."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def keywords(self) -> str: ...


Kind = TypeVar("Kind", bound=Described)


def propose_categories(text: str, categories: Sequence[Kind], *, limit: int = 3) -> list[Kind]:
    """The categories that the words of a report fit best, best first; none where nothing fits."""
    wanted = words_of(text)
    spaced = f" {' '.join(wanted)} "
    vocabularies = [_vocabulary(category) for category in categories]
    common = Counter(word for vocabulary in vocabularies for word in vocabulary)
    scored = [
        (_score(wanted, vocabulary, common, len(categories)) + _phrases(spaced, category), category)
        for vocabulary, category in zip(vocabularies, categories, strict=True)
    ]
    scored.sort(key=lambda row: -row[0])
    enough = max([ENOUGH, *(score * SHARE for score, _category in scored[:1])])
    return [category for score, category in scored[:limit] if score >= enough]


def words_of(text: str) -> list[str]:
    """The telling words of a text: without accents, case, filler and the commonest endings."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return [
        _stem(word) for word in re.findall(r"[^\W_]+", plain) if word not in _STOP_WORDS and len(word) > 1
    ]


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def _vocabulary(category: Described) -> dict[str, float]:
    vocabulary = dict.fromkeys(words_of(category.description), DESCRIPTION)
    keywords = [words_of(keyword) for keyword in _keywords(category)]
    vocabulary.update({word: IN_PHRASE for words in keywords if len(words) > 1 for word in words})
    vocabulary.update(dict.fromkeys(words_of(category.name), NAME))
    vocabulary.update({words[0]: KEYWORD for words in keywords if len(words) == 1})
    return vocabulary


def _keywords(category: Described) -> list[str]:
    return re.split(r"[,;]", category.keywords)


def _score(wanted: Iterable[str], vocabulary: dict[str, float], common: Counter[str], count: int) -> float:
    total = 0.0
    for word in set(wanted):
        known, certainty = _recognise(word, vocabulary)
        if known is not None:
            # A word that many categories share tells little about any of them.
            rarity = math.sqrt(math.log((count + 1) / common[known]) / math.log(count + 1))
            total += vocabulary[known] * certainty * rarity
    return total


def _recognise(word: str, vocabulary: dict[str, float]) -> tuple[str | None, float]:
    if word in vocabulary:
        return word, 1.0
    if len(word) < 5:
        return None, 0.0
    alike = difflib.get_close_matches(word, vocabulary, n=1, cutoff=ALIKE)
    return (alike[0], MISTYPED) if alike else (None, 0.0)


def _phrases(spaced: str, category: Described) -> float:
    """Points for keywords of several words that were typed as they stand."""
    phrases = (" ".join(words_of(keyword)) for keyword in _keywords(category))
    return sum(PHRASE for phrase in phrases if " " in phrase and f" {phrase} " in spaced)
