"""Rows out of files, one by one: whatever the size of the file, only one row is held at a time.

A parser knows how far it has read, so that reading goes on there later.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import InvalidInput
from common.spreadsheets import unguarded
from tickets.enums import FileFormat

# A description of five thousand characters, each escaped, fits three times.
LONGEST_LINE = 256 * 1024
_ENDINGS = {"csv": FileFormat.CSV, "jsonl": FileFormat.JSONL, "ndjson": FileFormat.JSONL}
_BOM = b"\xef\xbb\xbf"


class MalformedRow(InvalidInput):
    code = "malformed"
    sentence = gettext_lazy("This line cannot be read.")


class NoColumns(InvalidInput):
    code = "no_columns"
    sentence = gettext_lazy("The first line of a CSV file names its columns.")


def format_of(name: str) -> FileFormat | None:
    """What the ending of a file's name says."""
    return _ENDINGS.get(name.rpartition(".")[2].lower())


@dataclass(frozen=True)
class Row:
    """One record of a file, or the refusal to read it. `line` is where it begins, from 1."""

    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    refusal: MalformedRow | None = None


class Lines:
    """The lines of a binary file as text, counting what was read. Undecodable bytes stay recognisable."""

    def __init__(self, file: IO[bytes], *, offset: int = 0, line: int = 0) -> None:
        self.file = file
        self.offset = offset
        self.line = line
        file.seek(offset)

    def __iter__(self) -> Iterator[str]:
        while text := self.read():
            yield text

    def read(self) -> str:
        """The next line with its end; empty behind the last. Of one that is too long comes the beginning."""
        raw = self.file.readline(LONGEST_LINE + 1)
        self.offset += len(raw)
        self.line += bool(raw)
        if len(raw) > LONGEST_LINE:
            self._skip_rest(raw)
        if self.offset == len(raw):
            raw = raw.removeprefix(_BOM)
        return raw.decode("utf-8", "surrogateescape")

    def _skip_rest(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self.file.readline(LONGEST_LINE)
            self.offset += len(raw)


def rows_in(lines: Lines, file_format: str, columns: Sequence[str]) -> Iterator[Row]:
    """Every record from where `lines` stands. `columns` are a CSV file's; its first line must be read."""
    return _csv_rows(lines, columns) if file_format == FileFormat.CSV else _json_rows(lines)


def _json_rows(lines: Lines) -> Iterator[Row]:
    for text in lines:
        if text.strip():
            yield _json_row(text, lines.line)


def _json_row(text: str, line: int) -> Row:
    if len(text) > LONGEST_LINE:
        return Row(line, refusal=_too_long())
    try:
        values = orjson.loads(text.encode("utf-8", "surrogateescape"))
    except orjson.JSONDecodeError as error:
        return Row(line, refusal=MalformedRow(_("This is not valid JSON: %s.") % error))
    if not isinstance(values, dict):
        return Row(line, refusal=MalformedRow(_("A line must be a JSON object.")))
    return Row(line, values=values)


def _too_long() -> MalformedRow:
    return MalformedRow(_("This line is longer than 256 KB."))


def _csv_rows(lines: Lines, columns: Sequence[str]) -> Iterator[Row]:
    reader = csv.reader(iter(lines), strict=True)
    while True:
        line = lines.line + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Row(line, refusal=MalformedRow(_("This is not valid CSV: %s.") % error))
            continue
        if cells is None:
            return
        if any(cells):
            yield _csv_row(line, cells, columns)


def _csv_row(line: int, cells: Sequence[str], columns: Sequence[str]) -> Row:
    if len(cells) > len(columns):
        sentence = _("There are %(cells)d values for %(columns)d columns.")
        values = {"cells": len(cells), "columns": len(columns)}
        return Row(line, refusal=MalformedRow(sentence % values))
    found = zip(columns, cells, strict=False)
    return Row(line, values={name: unguarded(cell) for name, cell in found if cell.strip()})


def read_columns(lines: Lines) -> list[str]:
    """The names in the first line of a CSV file. Raises NoColumns, MalformedRow."""
    try:
        cells = next(csv.reader(iter(lines), strict=True), [])
    except csv.Error as error:
        raise MalformedRow(_("This is not valid CSV: %s.") % error) from error
    names = [cell.strip() for cell in cells]
    if not any(names):
        raise NoColumns
    return names
