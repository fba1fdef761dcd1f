from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notifications.gsm import LIMIT, fit, length, to_gsm


def test_accents_and_typographic_marks_become_plain() -> None:
    assert to_gsm("Lokiša – “naïve” é…") == 'Lokisa - "naive" e...'


def test_what_has_no_likeness_is_left_out() -> None:
    assert to_gsm("water 💧 here") == "water  here"


def test_brackets_count_twice() -> None:
    assert length("[ab]") == 6


def test_a_title_that_fits_stays_whole() -> None:
    assert fit(lambda title: f"TSH-222-222: {title}. Link", "Burst pipe") == "TSH-222-222: Burst pipe. Link"


def test_a_long_title_is_cut_and_the_link_stays() -> None:
    text = fit(lambda title: f"TSH-222-222: {title}. http://localhost/t/TSH-222-222/", "pipe " * 100)
    assert text.endswith("pi.... http://localhost/t/TSH-222-222/")
    assert length(text) <= LIMIT


@given(st.text(max_size=400))
def test_every_title_fits_into_two_segments(title: str) -> None:
    assert length(fit(lambda words: f"TSH-222-222: {words}. Code: 123456", title)) <= LIMIT
