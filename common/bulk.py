"""Many new rows at once: built without asking each field for each row, written by PostgreSQL's COPY.

COPY is a fraction of what the same rows cost as INSERT. `pgbulk.copy` writes the same, but asks each
field of each row to prepare its value, which for a row of fifty columns costs more than the rest; and
its errors are not Django's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

import orjson
from django.db import connection, models
from django.db.models.base import ModelState
from psycopg.sql import SQL, Identifier

from common.copy_text import copy_line

Row = TypeVar("Row", bound=models.Model)
Convert = Callable[[Any], Any]
Make = Callable[[], Any]


def new_row(model: type[Row], **values: Any) -> Row:
    """The same as `model(**values)`, at a fraction of its cost: defaults are found out once per model.

    Unknown names are refused; a related row is given under its field's name, or its key as `…_id`.
    """
    fixed, made, related = _blank(model)
    row = model.__new__(model)
    row._state = state = ModelState()
    known = row.__dict__
    known.update(fixed)
    for name, value in values.items():
        if name in related:
            state.fields_cache[name] = value
            known[related[name]] = None if value is None else value.pk
        elif name in fixed or name in made:
            known[name] = value
        else:
            raise TypeError(f"{model.__name__} has no field {name}.")
    for name, make in made.items():
        if name not in known:
            known[name] = make()
    return row


def copied(row: Row, **related: models.Model) -> Row:
    """Another row with the same values under a key of its own, belonging to other rows."""
    model = type(row)
    other = model.__new__(model)
    known = other.__dict__
    known.update(row.__dict__)
    known["_state"] = state = ModelState()
    state.fields_cache = {**row._state.fields_cache, **related}
    known["id"] = model._meta.pk.get_default()
    for name, value in related.items():
        known[f"{name}_id"] = value.pk
    return other


@lru_cache(maxsize=32)
def _blank(model: type[models.Model]) -> tuple[dict[str, Any], dict[str, Make], dict[str, str]]:
    """Defaults that are the same for every row, those that are made for each, and names of relations."""
    fixed: dict[str, Any] = {}
    made: dict[str, Make] = {}
    related: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        if getattr(field, "generated", False):
            continue
        if field.is_relation:
            related[field.name] = field.attname
        if field.has_default() and callable(field.default):
            made[field.attname] = field.default
        else:
            fixed[field.attname] = field.get_default()
    return fixed, made, related


def copy_rows(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model that were built and not saved. Raises what saving them would raise."""
    if not rows:
        return
    copy_lines(type(rows[0]), lines_of(rows))
    for row in rows:
        mark_saved(row)


def lines_of(rows: Iterable[models.Model]) -> Iterator[bytes]:
    """Rows of one model, each as COPY reads it. Asks no database, so that any thread may."""
    for row in rows:
        read, converts = _reading(type(row))
        values = list(read(vars(row)))
        for place, convert in converts:
            values[place] = convert(values[place])
        yield copy_line(values)


def copy_lines(model: type[models.Model], lines: Iterable[bytes]) -> None:
    """Insert rows that were written by `lines_of`. Raises what saving them would raise."""
    written = b"".join(lines)
    if not written:
        return
    statement = _statement(model)
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(written)


def mark_saved(row: models.Model) -> None:
    """Let Django know that a row is in the database."""
    row._state.adding = False
    row._state.db = connection.alias


def _written_fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


@lru_cache(maxsize=32)
def _statement(model: type[models.Model]) -> Any:
    names = SQL(", ").join(Identifier(field.column) for field in _written_fields(model))
    return SQL("COPY {} ({}) FROM STDIN").format(Identifier(model._meta.db_table), names)


@lru_cache(maxsize=32)
def _reading(model: type[models.Model]) -> tuple[Convert, list[tuple[int, Convert]]]:
    """How the values of a row are read, and at which places JSON has to be written."""
    fields = _written_fields(model)
    converts = [(place, _writer_of(field)) for place, field in enumerate(fields) if _is_json(field)]
    return itemgetter(*[field.attname for field in fields]), converts


def _is_json(field: Any) -> bool:
    return isinstance(field, models.JSONField)


def _writer_of(field: Any) -> Convert:
    """What the field's own encoder writes. orjson only goes first: what it does not know, it asks for."""
    unknown = (field.encoder or json.JSONEncoder)().default
    return lambda value: orjson.dumps(value, default=unknown, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()
