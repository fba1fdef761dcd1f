"""Tickets as rows of a file: read in batches by key, so that a file of any size takes little memory.

No transaction stays open while somebody reads slowly, and reading goes on behind any ticket.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import orjson

from common.spreadsheets import guarded
from tickets.enums import FileFormat
from tickets.exchange.columns import COLUMNS, CUSTOMER, FOR_STAFF, FOR_STAFF_AND_REPORTER
from tickets.models import Ticket
from tickets.permissions import can_view_as_staff, can_view_reporter, is_reporter
from tickets.queries import other_addresses
from tickets.querysets import TicketQuerySet

BATCH = 1_000
_PATHS = [column.path for column in COLUMNS if column.path]
_FOR_PERMISSIONS = ("organisation_id", "department_id", "project_id", "assignee_id", "reporter_id")


def exported_lines(
    tickets: TicketQuerySet, user: Any, file_format: FileFormat, *, after: Ticket | None = None
) -> Iterator[bytes]:
    """The tickets as lines of a file, oldest first, as this person may see them.

    Behind `after` no line with the names of the columns comes again. Every batch is two queries.
    """
    write = _csv_line if file_format == FileFormat.CSV else _json_line
    if file_format == FileFormat.CSV and after is None:
        yield _csv_line([column.name for column in COLUMNS])
    for rows in _batches(tickets, after):
        yield b"".join(write(row) for row in _told(rows, user))


def _batches(tickets: TicketQuerySet, after: Ticket | None) -> Iterator[list[dict[str, Any]]]:
    place = (after.created_at, after.pk) if after else None
    while True:
        behind = tickets.newer_than(*place) if place else tickets
        rows = list(behind.oldest_first().values(*{*_PATHS, *_FOR_PERMISSIONS, "created_at"})[:BATCH])
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        place = (rows[-1]["created_at"], rows[-1]["id"])


def _told(rows: list[dict[str, Any]], user: Any) -> Iterator[dict[str, Any]]:
    # The predicates read a ticket's columns only, and the row has those.
    tickets = [(row, cast(Ticket, SimpleNamespace(**row))) for row in rows]
    seen_as_staff = {ticket.id for _row, ticket in tickets if can_view_as_staff(user, ticket)}
    helpers = other_addresses(seen_as_staff)
    for row, ticket in tickets:
        told = {column.name: _value(column, row) for column in COLUMNS}
        told["assignees"] = helpers.get(ticket.id, [])
        hidden: tuple[str, ...] = () if can_view_reporter(user, ticket) else CUSTOMER
        if ticket.id not in seen_as_staff:
            hidden += FOR_STAFF if is_reporter(user, ticket) else (*FOR_STAFF, *FOR_STAFF_AND_REPORTER)
        yield told | dict.fromkeys(hidden)


def _value(column: Any, row: dict[str, Any]) -> Any:
    if not column.path:
        return None
    value = row[column.path]
    return value if column.convert is None else column.convert(value)


def _json_line(row: Any) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


class _Line:
    """A file for csv's writer that keeps the last line only."""

    def write(self, text: str) -> None:
        self.text = text


def _csv_line(row: Any) -> bytes:
    line = _Line()
    cells = row if isinstance(row, list) else [_cell(value) for value in row.values()]
    csv.writer(cast(Any, line)).writerow(cells)
    return line.text.encode()


def _cell(value: Any) -> Any:
    """A value for a spreadsheet. Only text can pass for a formula: a longitude may begin with a minus."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = ", ".join(value)
    return guarded(value) if isinstance(value, str) else value
