"""What a reply means."""

from __future__ import annotations

import pytest

from notifications.inbound.keywords import KEYWORDS, Intent
from notifications.inbound.words import understand


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("123456", "123456"),
        ("  123 456 ", "123456"),
        ("123-456.", "123456"),
        ("Code: 123456", "123456"),
        ("yes 123456", "123456"),
        ("TSH-CE5-Y5Q 123456", "123456"),
        ("The code is 123456, thanks", "123456"),
        ("My electricity meter has number 123456", ""),
        ("012345678", ""),
        ("call me: 082 123 4567", ""),
        ("123456 or 654321", ""),
    ],
)
def test_six_digits_are_a_code_where_little_else_is_said(text: str, code: str) -> None:
    said = understand(text)
    assert (said.intent is Intent.CODE, said.code if said.intent is Intent.CODE else "") == (bool(code), code)


@pytest.mark.parametrize("word", sorted(KEYWORDS[Intent.YES]))
def test_yes_is_understood_in_every_language(word: str) -> None:
    for text in (word, word.upper(), f"  {word.title()}! ", f"{word}, thank you."):
        assert understand(text).intent is Intent.YES


@pytest.mark.parametrize(
    "text", ["Yes but the corner leaks too", "yesterday", "yes we have no water", "Yebo kodwa amanzi asavuza"]
)
def test_a_yes_with_something_else_confirms_nothing(text: str) -> None:
    assert understand(text).intent is Intent.WORDS


@pytest.mark.parametrize("word", sorted(KEYWORDS[Intent.NO]))
def test_no_is_understood_in_every_language_and_the_rest_is_the_reason(word: str) -> None:
    assert (understand(f" {word.upper()} ").intent, understand(word).rest) == (Intent.NO, "")
    said = understand(f"{word}, water still runs.")
    assert (said.intent, said.rest) == (Intent.NO, "water still runs")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("No water since Monday", "No water since Monday"),
        ("NO - still leaking", "still leaking"),
        ("No\nThe pipe is open", "The pipe is open"),
        ("NO!", ""),
    ],
)
def test_a_no_that_belongs_to_its_sentence_stays_there(text: str, reason: str) -> None:
    assert (understand(text).intent, understand(text).rest) == (Intent.NO, reason)


@pytest.mark.parametrize("text", ["No problem", "no worries!", "No thanks", "Nobody came", "not yet"])
def test_kindness_is_no_dispute(text: str) -> None:
    assert understand(text).intent is Intent.WORDS


@pytest.mark.parametrize("intent", [Intent.STOP, Intent.START, Intent.HELP])
def test_the_words_of_carriers_count_alone_and_nowhere_else(intent: Intent) -> None:
    for word in KEYWORDS[intent]:
        assert {understand(text).intent for text in (word, f" {word.upper()}.", word.title())} == {intent}
        assert understand(f"{word} the leak in Church Street").intent is Intent.WORDS
    assert understand("Stop all").intent is Intent.STOP


@pytest.mark.parametrize(
    ("text", "reference", "rest"),
    [
        ("STATUS", "", ""),
        ("status tsh ce5-y5q", "TSH-CE5-Y5Q", "tsh ce5-y5q"),
        ("Isimo TSH-CE5-Y5Q", "TSH-CE5-Y5Q", "TSH-CE5-Y5Q"),
        ("Status: TSH-222-222", "", "TSH-222-222"),
    ],
)
def test_status_takes_a_reference_in_any_spelling(text: str, reference: str, rest: str) -> None:
    said = understand(text)
    assert (said.intent, said.reference, said.rest) == (Intent.STATUS, reference, rest)


@pytest.mark.parametrize("text", ["", "   ", "🙂", "\x00", "a" * 5000, "0" * 1600, "\u200f" * 50])
def test_nonsense_is_only_words(text: str) -> None:
    assert understand(text).intent is Intent.WORDS


def test_no_word_means_two_things() -> None:
    words = [word for found in KEYWORDS.values() for word in found]
    assert sorted(words) == sorted(set(words))
