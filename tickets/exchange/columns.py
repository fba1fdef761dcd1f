"""The columns of an exported ticket: where they come from, and who reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from departments.enums import Priority

Convert = Callable[[Any], Any]


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _priority(value: int) -> str:
    return Priority(value).word


@dataclass(frozen=True)
class Column:
    """`path` is the field of the ticket that is read; empty for what is added afterwards."""

    name: str
    path: str
    convert: Convert | None = None


_MOMENTS = (
    "created_at",
    "updated_at",
    "due_at",
    "expired_at",
    "started_at",
    "responded_at",
    "resolved_at",
    "closed_at",
)
COLUMNS = (
    Column("reference", "reference"),
    Column("id", "id", str),
    Column("title", "title"),
    Column("description", "description"),
    Column("status", "status"),
    Column("outcome", "outcome", lambda value: value or None),
    Column("priority", "priority", _priority),
    Column("source", "source"),
    Column("tags", "tags"),
    Column("category", "category__code"),
    Column("department", "department__code"),
    Column("stage", "stage__name"),
    Column("project", "project__name"),
    Column("ward", "ward__number"),
    Column("lead", "assignee__email"),
    Column("assignees", ""),
    Column("customer_name", "reporter_name"),
    Column("customer_email", "reporter_email"),
    Column("customer_phone", "reporter_phone"),
    Column("latitude", "latitude"),
    Column("longitude", "longitude"),
    Column("address", "address"),
    Column("is_public", "is_public"),
    Column("external_ref", "external_ref"),
    Column("supports", "support_count"),
    Column("reopened_count", "reopened_count"),
    Column("version", "version"),
    *(Column(name, name, _moment) for name in _MOMENTS),
)
EXPORTED = frozenset(column.name for column in COLUMNS)
CUSTOMER = ("customer_name", "customer_email", "customer_phone")
FOR_STAFF = ("lead", "assignees")
FOR_STAFF_AND_REPORTER = ("tags", "external_ref")
