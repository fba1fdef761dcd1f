from __future__ import annotations

from random import Random

import pytest

from common.text import refuse_control_characters
from demo.seed.words import Words, read_words, word_report
from departments.cities.tables import City, read_city


@pytest.fixture
def city() -> City:
    return read_city("tshwane")


@pytest.fixture
def words() -> Words:
    return read_words()


def test_every_category_is_reported_in_at_least_six_ways_and_fixed_in_two(city: City, words: Words) -> None:
    assert {category.code for category in city.categories} == set(words.reports) == set(words.frequencies)
    assert [code for code, reports in words.reports.items() if len(reports) < 6] == []
    assert {code for code, fixes in words.fixes.items() if len(fixes) >= 2} == set(words.reports)


def test_every_department_and_region_has_its_words(city: City, words: Words) -> None:
    assert set(words.departments) == {department.code for department in city.departments}
    assert set(words.places) == {region.code for region in city.regions}


def test_no_report_is_written_twice(words: Words) -> None:
    descriptions = [description for reports in words.reports.values() for _title, description in reports]
    assert len(descriptions) == len(set(descriptions))


def test_every_blank_of_every_report_is_filled(words: Words) -> None:
    rng = Random(1)
    for code, reports in words.reports.items():
        for _turn in range(4 * len(reports)):
            wording = word_report(words, rng, category=code, region="6", suburb="Mamelodi")
            for text in (wording.title, wording.description, wording.address):
                assert "{" not in text
                refuse_control_characters(text)
            assert 0 < len(wording.title) <= 120
            assert wording.title[0].isupper() or wording.title[0].isdigit()


def test_the_same_dice_give_the_same_report(words: Words) -> None:
    first, second = (
        word_report(words, Random("7"), category="WAT-BURST", region="3", suburb="Hatfield") for _ in range(2)
    )
    assert first == second
