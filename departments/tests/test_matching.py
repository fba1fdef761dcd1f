from __future__ import annotations

from dataclasses import dataclass

from departments.matching import propose_categories, words_of


@dataclass(frozen=True)
class Kind:
    name: str
    description: str
    keywords: str


POTHOLE = Kind("Pothole", "A hole in the road.", "pothole, hole in the road, slaggat")
POWER = Kind(
    "Power failure",
    "No electricity in one or several houses.",
    "no electricity, krag af, power out, elektrisiteit",
)
LIGHT = Kind("Street light out", "A street light that stays dark.", "street light, lamp, dark street")
WATER = Kind("No water", "Taps are dry.", "no water, dry taps, amanzi")
KINDS = [POTHOLE, POWER, LIGHT, WATER]


def test_the_words_of_a_resident_find_the_category_whose_words_they_are() -> None:
    assert propose_categories("There is a huge pothole in front of my gate", KINDS)[0] == POTHOLE
    assert propose_categories("no electricity since Friday", KINDS)[0] == POWER


def test_words_in_another_language_of_the_city_count_like_english_ones() -> None:
    assert propose_categories("’n groot slaggat in die pad", KINDS) == [POTHOLE]


def test_a_typing_error_still_finds_the_category() -> None:
    assert propose_categories("big potholle", KINDS) == [POTHOLE]


def test_a_whole_phrase_counts_more_than_one_of_its_words() -> None:
    assert propose_categories("the street light is dead, whole street dark", KINDS)[0] == LIGHT


def test_words_that_fit_nothing_propose_nothing() -> None:
    assert propose_categories("qwertz asdfgh", KINDS) == []
    assert propose_categories("", KINDS) == []
    assert propose_categories("no", []) == []


def test_no_more_than_three_are_proposed() -> None:
    alike = [Kind(f"Broken pipe {number}", "", "pipe") for number in range(5)]
    others = [Kind(f"Kind {number}", "", f"word{number}") for number in range(20)]
    assert propose_categories("pipe", [*alike, *others]) == alike[:3]


def test_words_lose_accents_case_filler_and_endings() -> None:
    assert words_of("The Taps are LEAKING in Mamelodi, né") == ["taps", "leak", "mamelodi", "ne"]
