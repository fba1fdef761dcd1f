"""Rows by the hundred thousand: PostgreSQL's COPY, written from plain dictionaries."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import Enum
from itertools import islice
from typing import Any

import orjson
from django.db import connection, models

Row = dict[str, Any]

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"
_BLOCK = 500


def copy_rows(model: type[models.Model], rows: Iterable[Row]) -> None:
    """Append rows, each a dictionary of attribute names; what a row leaves out gets the field's default."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    names = [field.attname for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    defaults = {field.attname: _default(field) for field in fields}
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy,
    ):
        lines = (_line(defaults | row, names) for row in rows)
        # In blocks, because each write waits for the server to take it.
        while block := "".join(islice(lines, _BLOCK)):
            copy.write(block)


def _line(row: Row, names: Sequence[str]) -> str:
    return "\t".join([_text(row[name]) for name in names]) + "\n"


def _default(field: models.Field[Any, Any]) -> Any:
    """None stays None: the database refuses what may not be empty."""
    return field.get_default() if field.has_default() or not field.null else None


def _text(value: Any) -> str:
    """One value as COPY's text format wants it."""
    if value is None:
        return _NULL
    kind = type(value)
    if kind is str:
        return _escaped(value)
    writer = _WRITERS.get(kind)
    if writer is not None:
        return writer(value)
    return _escaped(str(value.value if isinstance(value, Enum) else value))


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES) if "\\" in text or not text.isprintable() else text


def _array(values: list[Any]) -> str:
    return "{" + ",".join(f'"{value}"' for value in values) + "}"


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z).decode().replace("\\", "\\\\")


_WRITERS: dict[type, Callable[[Any], str]] = {
    uuid.UUID: lambda value: f"{value.int:032x}",
    datetime: datetime.isoformat,
    bool: lambda value: "t" if value else "f",
    int: repr,
    float: repr,
    dict: _json,
    list: _array,
}
