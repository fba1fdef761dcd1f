"""The report of an import: every row that was refused, with its line and why, as lines of a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from common.spreadsheets import guarded
from tickets.enums import FileFormat
from tickets.models import RefusedRow

_COLUMNS = ("line", "field", "code", "sentence")


def refused_lines(rows: Iterable[RefusedRow], file_format: FileFormat) -> Iterator[bytes]:
    """A line for each reason; a CSV file begins with the names of the columns."""
    if file_format == FileFormat.CSV:
        yield _csv_line(_COLUMNS)
    for row in rows:
        told = {name: getattr(row, name) for name in _COLUMNS}
        if file_format == FileFormat.CSV:
            yield _csv_line([told["line"], *(guarded(str(told[name])) for name in _COLUMNS[1:])])
        else:
            yield orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def _csv_line(cells: Sequence[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
