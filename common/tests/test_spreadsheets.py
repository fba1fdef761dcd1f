from __future__ import annotations

import pytest

from common.spreadsheets import as_csv, csv_answer, guarded, unguarded


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_guarded_and_read_back(text: str) -> None:
    assert (guarded(text), unguarded(guarded(text))) == (f"'{text}", text)


@pytest.mark.parametrize("text", ["", "Water", "'quoted", "1-1", "ünïcode"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert (guarded(text), unguarded(text)) == (text, text)


def test_a_table_has_a_mark_guards_text_and_leaves_numbers() -> None:
    assert as_csv([["name", "points"], ["=cmd", -5], ["a,b", 1]]) == (
        '\ufeffname,points\r\n\'=cmd,-5\r\n"a,b",1\r\n'
    )


def test_the_answer_is_saved_under_its_name() -> None:
    answer = csv_answer([["name"]], "city.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="city.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
