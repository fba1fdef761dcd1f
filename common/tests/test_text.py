from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from hypothesis import given
from hypothesis import strategies as some

from common.errors import InvalidInput
from common.text import checked_text, clean_line, is_email, refuse_control_characters

FINE = ["", "Water runs", "line\nline\r\n\ttabbed", "Amanzi ayageleza 💧", "दिल्ली", "👩‍👩‍👧", "مياه", "Ḽo"]
REFUSED = ["\x00", "a\x00b", "bell\x07", "\x1b[31m", "\x7f", "\x85", "lone \ud800", "\udfff"]


@pytest.mark.parametrize("text", FINE)
def test_every_language_and_every_emoji_is_accepted(text: str) -> None:
    refuse_control_characters(text)
    assert checked_text(text, field="body", most=100) == text.strip()


@pytest.mark.parametrize("text", REFUSED)
def test_control_characters_and_lone_surrogates_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        refuse_control_characters(text)
    with pytest.raises(InvalidInput) as refusal:
        checked_text(f"before {text} after", field="body", most=100)
    assert (refusal.value.field, refusal.value.status_code) == ("body", 400)


def test_the_limit_counts_characters_without_the_space_around() -> None:
    assert checked_text("  " + "é" * 5 + "\n", field="body", most=5) == "é" * 5
    with pytest.raises(InvalidInput, match="At most 5 characters") as refusal:
        checked_text("é" * 6, field="body", most=5)
    assert refusal.value.field == "body"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  a  b ", "a b"), ("a\nb\tc", "a b c"), ("\u2003a\u2028b", "a b"), ("", ""), (" \n ", "")],
)
def test_one_line_has_single_spaces(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


@given(some.from_regex(r"[a-z0-9._+-]{1,12}@[a-z0-9.-]{1,12}\.[a-z]{1,4}", fullmatch=True) | some.emails())
def test_an_address_is_one_where_django_says_so(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        assert is_email(address) is False
    else:
        assert is_email(address) is True
