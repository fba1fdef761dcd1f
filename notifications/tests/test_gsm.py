from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.gsm import LIMIT, Parts, fit, length, parts_of, to_gsm


def test_accents_and_typographic_marks_become_plain() -> None:
    assert to_gsm("Lokiša – “naïve” é…") == 'Lokisa - "naive" e...'


def test_what_has_no_likeness_is_left_out() -> None:
    assert to_gsm("water 💧 here") == "water  here"


def test_brackets_count_twice() -> None:
    assert length("[ab]") == 6


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", Parts("GSM-7", 0, 1)),
        ("a" * 160, Parts("GSM-7", 160, 1)),
        ("a" * 161, Parts("GSM-7", 161, 2)),
        ("a" * 307, Parts("GSM-7", 307, 3)),
        ("[" * 80, Parts("GSM-7", 160, 1)),
        ("š" * 70, Parts("UCS-2", 70, 1)),
        ("š" * 71, Parts("UCS-2", 71, 2)),
        ("💧", Parts("UCS-2", 2, 1)),
    ],
)
def test_parts_are_counted_as_the_network_counts_them(text: str, parts: Parts) -> None:
    assert parts_of(text) == parts


def test_a_title_that_fits_stays_whole() -> None:
    assert fit(lambda title: f"TSH-222-222: {title}. Link", "Burst pipe") == "TSH-222-222: Burst pipe. Link"


def test_a_long_title_is_cut_and_the_link_stays() -> None:
    text = fit(lambda title: f"TSH-222-222: {title}. http://localhost/t/TSH-222-222/", "pipe " * 100)
    assert text.endswith("pi.... http://localhost/t/TSH-222-222/")
    assert length(text) <= LIMIT


@given(st.text(max_size=400))
def test_every_title_fits_into_two_segments(title: str) -> None:
    assert length(fit(lambda words: f"TSH-222-222: {words}. Code: 123456", title)) <= LIMIT
