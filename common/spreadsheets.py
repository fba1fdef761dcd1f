"""Tables for spreadsheets: no cell is a formula, and whatever opens the file knows that it is UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

# A cell that begins like this is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(cell: str) -> str:
    """The text of a cell that `guarded` wrote."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def as_csv(lines: Iterable[Sequence[Any]]) -> str:
    """The first line names the columns. Text is guarded; numbers stay what they are."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for line in lines:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in line])
    # With the byte order mark, or some spreadsheets take UTF-8 for something else.
    return "\ufeff" + buffer.getvalue()


def csv_answer(lines: Iterable[Sequence[Any]], name: str) -> HttpResponse:
    """The table as a file to be saved."""
    return HttpResponse(
        as_csv(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
