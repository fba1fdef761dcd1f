from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.phones import InvalidPhone, normalise_phone


@pytest.mark.parametrize(
    "typed",
    [
        "0821234567",
        "082 123 4567",
        "(082) 123-4567",
        "082.123.4567",
        "+27821234567",
        "+27 82 123 4567",
        "+27 (0)82 123 4567",
        "0027 82 123 4567",
        "  082 123 4567  ",
        "tel:+27-82-123-4567",
        "０８２１２３４５６７",
    ],
)
def test_a_number_reads_the_same_however_it_is_written(typed: str) -> None:
    assert normalise_phone(typed) == "+27821234567"


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("012 358 9999", "ZA", "+27123589999"),
        ("+44 20 7946 0958", "ZA", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
    ],
)
def test_local_forms_are_read_in_their_country(typed: str, country: str, kept: str) -> None:
    assert normalise_phone(typed, country=country) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "10111",
        "082 123 456",
        "082 123 45678",
        "+27 82 123 456",
        "+999 123 4567",
        "hello",
        "0" * 400,
        "+" + "9" * 30,
        "\x00",
        "082\x00",
    ],
)
def test_what_nobody_can_reach_is_refused_by_its_field(typed: str) -> None:
    with pytest.raises(InvalidPhone) as refusal:
        normalise_phone(typed)
    assert (refusal.value.code, refusal.value.field, refusal.value.status_code) == (
        "invalid_phone",
        "phone",
        400,
    )


@given(st.text(max_size=60))
def test_any_text_is_either_a_number_or_refused(typed: str) -> None:
    try:
        number = normalise_phone(typed)
    except InvalidPhone:
        return
    assert number[0] == "+"
    assert number[1:].isdigit()
    assert 8 <= len(number) <= 16
    assert normalise_phone(number) == number
