"""References that people read aloud: every slip of one character or of two neighbours is noticed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common.references import (
    ALPHABET,
    BASE,
    LONG_BODY,
    SHORT_BODY,
    MistypedReference,
    looks_like_reference,
    make_reference,
    parse_reference,
)

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHORT = BASE**SHORT_BODY
prefixes = st.text(LETTERS, min_size=2, max_size=5)
numbers = st.one_of(st.integers(1, SHORT - 1), st.integers(SHORT, SHORT * 40))


def is_noticed(typed: str) -> bool:
    try:
        parse_reference(typed)
    except MistypedReference:
        return True
    return False


@given(prefixes, numbers)
def test_a_reference_reads_back_as_itself(prefix: str, number: int) -> None:
    reference = make_reference(prefix, number)
    assert parse_reference(reference) == reference
    assert parse_reference(reference.replace("-", "")) == reference


@given(prefixes, numbers, st.data())
def test_every_single_wrong_character_is_noticed(prefix: str, number: int, data: st.DataObject) -> None:
    compact = make_reference(prefix, number).replace("-", "")
    place = data.draw(st.integers(0, len(compact) - 1))
    wrong = data.draw(st.sampled_from(LETTERS + "0123456789"))
    assume(wrong != compact[place])
    assert is_noticed(compact[:place] + wrong + compact[place + 1 :])


@given(prefixes, numbers, st.data())
def test_two_neighbours_swapped_are_noticed(prefix: str, number: int, data: st.DataObject) -> None:
    compact = make_reference(prefix, number).replace("-", "")
    place = data.draw(st.integers(0, len(compact) - 2))
    one, other = compact[place], compact[place + 1]
    assume(one != other)
    assert is_noticed(compact[:place] + other + one + compact[place + 2 :])


def test_every_slip_in_one_reference_is_noticed() -> None:
    compact = make_reference("TSH", 4711).replace("-", "")
    slips = [
        compact[:place] + wrong + compact[place + 1 :]
        for place in range(len(compact))
        for wrong in LETTERS + "0123456789"
        if wrong != compact[place]
    ]
    assert [slip for slip in slips if not is_noticed(slip)] == []


@given(prefixes, numbers, st.data())
def test_a_missing_or_an_extra_character_never_leads_to_another_ticket_of_the_organisation(
    prefix: str, number: int, data: st.DataObject
) -> None:
    compact = make_reference(prefix, number).replace("-", "")
    place = data.draw(st.integers(len(prefix), len(compact) - 1))
    extra = data.draw(st.sampled_from(ALPHABET))
    for typed in (compact[:place] + compact[place + 1 :], compact[:place] + extra + compact[place:]):
        assert is_noticed(typed) or parse_reference(typed).split("-")[0] != prefix


def test_neighbouring_numbers_never_share_a_reference_nor_look_alike() -> None:
    references = [make_reference("TSH", number) for number in range(1, 30_001)]
    assert len(set(references)) == 30_000
    assert sum(a[4:7] == b[4:7] for a, b in itertools.pairwise(references)) == 0


@pytest.mark.parametrize("start", [SHORT - 2000, SHORT])
def test_references_stay_unique_where_they_become_longer(start: int) -> None:
    references = {make_reference("TSH", number) for number in range(start, start + 4000)}
    assert len(references) == 4000


def test_short_and_long_references_differ_in_length_whatever_the_prefix() -> None:
    short = {prefix + SHORT_BODY + 1 for prefix in range(2, 6)}
    long = {prefix + LONG_BODY + 1 for prefix in range(2, 6)}
    assert short & long == set()


def test_a_reference_has_no_characters_that_look_alike() -> None:
    assert set("01ILOSU") & set(ALPHABET) == set()


@pytest.mark.parametrize("spelling", ["{0}", " {0} ", "{0}\n", "\t{0}"])
@pytest.mark.parametrize("separator", ["-", "", " ", "–", "—", "_", ".", " - "])
@pytest.mark.parametrize("upper", [True, False])
def test_case_spaces_and_dashes_do_not_matter(spelling: str, separator: str, upper: bool) -> None:
    reference = make_reference("TSH", 99)
    typed = spelling.format(separator.join(reference.split("-")))
    assert parse_reference(typed if upper else typed.lower()) == reference


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "TSH",
        "TSH-",
        "hello",
        "T-222-222",
        "TSHWANE-222-222",
        "TSH-222-22",
        "TSH-22?-222",
        "٣" * 9,
        "\x00",
    ],
)
def test_what_cannot_be_a_reference_is_refused(typed: str) -> None:
    with pytest.raises(MistypedReference) as refusal:
        parse_reference(typed)
    assert (refusal.value.code, refusal.value.status_code) == ("mistyped_reference", 400)


@given(st.text(max_size=40))
def test_any_text_is_either_a_reference_or_refused(typed: str) -> None:
    try:
        parsed = parse_reference(typed)
    except MistypedReference:
        return
    assert parse_reference(parsed) == parsed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (make_reference("TSH", 7), True),
        (make_reference("TSH", 7).lower().replace("-", " "), True),
        ("TSH-4K7-M2", True),
        ("TSH-ABC-DEF", True),
        ("water in the street", False),
        ("TSHWANE", False),
        ("tsh", False),
        ("Church Street 25", False),
    ],
)
def test_a_mistyped_reference_is_told_from_words_to_search_for(typed: str, meant: bool) -> None:
    assert looks_like_reference(typed, prefix="TSH") is meant
