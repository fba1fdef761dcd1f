"""Values as PostgreSQL's COPY reads them in its text format.

psycopg writes the same, but finds out for each value of each row how: of a ticket's hundred and forty
values that was a third of what an import cost. The kinds that rows are made of are known here;
psycopg's own adapters have the word on any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from types import NoneType
from typing import Any
from uuid import UUID

from psycopg.adapt import PyFormat, Transformer

Write = Callable[[Any], str]

_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy_line(values: Iterable[Any]) -> bytes:
    """One row with its line end. Raises UnicodeEncodeError, and what psycopg raises for unknown types."""
    return ("\t".join([_WRITERS[type(value)](value) for value in values]) + "\n").encode()


def _text(value: str) -> str:
    # Looked for one by one: that is ten times as quick as an expression that knows all four.
    if "\n" in value or "\\" in value or "\t" in value or "\r" in value:
        return value.translate(_ESCAPED)
    return value


def _word(value: str) -> str:
    """A member of an enumeration of words is written as its word."""
    return _text(str.__str__(value))


def _adapted(value: Any) -> str:
    dumper = Transformer().get_dumper(value, PyFormat.TEXT)
    written = dumper.dump(value)
    return r"\N" if written is None else _text(bytes(written).decode())


def _list(value: list[Any]) -> str:
    return _adapted(value) if value else "{}"


class _Writers(dict[type, Write]):
    """How each type is written; a type that was never seen is looked at once."""

    def __missing__(self, kind: type) -> Write:
        write: Write = _word if issubclass(kind, str) else _number if issubclass(kind, int) else _adapted
        self[kind] = write
        return write


def _number(value: int) -> str:
    return int.__repr__(value)


_WRITERS = _Writers(
    {
        NoneType: lambda _value: r"\N",
        bool: lambda value: "t" if value else "f",
        int: int.__repr__,
        float: float.__repr__,
        str: _text,
        UUID: lambda value: f"{value.int:032x}",
        # The rows of a batch share a few moments.
        datetime: lru_cache(maxsize=1024)(datetime.isoformat),
        list: _list,
        date: date.isoformat,
    }
)
