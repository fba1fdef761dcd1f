"""Keyset pages: each page starts behind the last row of the one before, found by an index.

A walk sees every row once, whatever is inserted meanwhile. Views declare what may order them:

    orderings = {"created_at": Key("created_at"), "due_at": Key("due_at", nullable=True)}
    default_ordering = "-created_at"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, cast

from django.core.signing import BadSignature, Signer
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

DEFAULT_SIZE = 50
MAX_SIZE = 200
# Counting further costs more than the number is worth.
MOST_COUNTED = 10_000
_LONGEST_CURSOR = 600


@dataclass(frozen=True)
class Key:
    """A column that lists may be ordered by; rows without a value come last either way."""

    column: str
    nullable: bool = False


class OrderedView(Protocol):
    orderings: Mapping[str, Key]
    default_ordering: str


@dataclass(frozen=True)
class Cursor:
    """A place between two rows, and the direction to read from there."""

    value: Any
    key: str
    backwards: bool


@dataclass(frozen=True)
class Walk:
    """One direction through an order: forwards as declared, or backwards to the page before."""

    column: str
    descending: bool
    nullable: bool
    nulls_last: bool = True

    def reversed(self) -> Walk:
        return Walk(self.column, not self.descending, self.nullable, not self.nulls_last)

    def order(self) -> list[OrderBy | str]:
        sign = "-" if self.descending else ""
        if not self.nullable:
            return [f"{sign}{self.column}", f"{sign}pk"]
        nulls: dict[str, Any] = {"nulls_last": True} if self.nulls_last else {"nulls_first": True}
        column = F(self.column)
        return [column.desc(**nulls) if self.descending else column.asc(**nulls), f"{sign}pk"]

    def behind(self, value: Any, key: str) -> Q:
        """What follows a row with this value and key."""
        side = "lt" if self.descending else "gt"
        if value is None:
            followers = Q(**{f"{self.column}__isnull": True, f"pk__{side}": key})
            return followers if self.nulls_last else followers | Q(**{f"{self.column}__isnull": False})
        further = Q(**{f"{self.column}__{side}": value})
        followers = further | Q(**{self.column: value, f"pk__{side}": key})
        if self.nullable:
            return followers | Q(**{f"{self.column}__isnull": True}) if self.nulls_last else followers
        # Says nothing new, but lets the index start at the place instead of walking up to it.
        return Q(**{f"{self.column}__{side}e": value}) & followers


class KeysetPagination(BasePagination):
    signer: ClassVar = Signer(salt="common.pagination.cursor")

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        ordered = cast(OrderedView, view)
        self.request = request
        self.size = _read_size(request)
        self.ordering, key = _read_ordering(request, ordered)
        self.column = key.column
        cursor = self._read_cursor(request.query_params.get("cursor"))
        self.totals = _totals(queryset, request)
        walk = Walk(key.column, self.ordering.startswith("-"), key.nullable)
        return self._read_page(queryset, walk, cursor)

    def _read_page(self, queryset: QuerySet[Any], walk: Walk, cursor: Cursor | None) -> list[Any]:
        backwards = cursor is not None and cursor.backwards
        walk = walk.reversed() if backwards else walk
        if cursor is not None:
            queryset = queryset.filter(walk.behind(cursor.value, cursor.key))
        rows = list(queryset.order_by(*walk.order())[: self.size + 1])
        more = len(rows) > self.size
        rows = rows[: self.size]
        if backwards:
            rows.reverse()
        self.next = self._link(rows[-1], backwards=False) if rows and (more or backwards) else None
        comes_after = more if backwards else cursor is not None
        self.previous = self._link(rows[0], backwards=True) if rows and comes_after else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        page = {"results": data, "next": self.next, "previous": self.previous, "page_size": self.size}
        return Response({**page, **self.totals})

    def _link(self, row: Any, *, backwards: bool) -> str:
        value, key = _value(row, self.column), _value(row, "id")
        packed = {"at": value.isoformat()} if isinstance(value, datetime) else value
        cursor = self.signer.sign_object([self.ordering, int(backwards), packed, str(key)])
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def _read_cursor(self, given: str | None) -> Cursor | None:
        """What a link of ours said. Signed, so whatever passes was made here. Raises ValidationError."""
        if given is None:
            return None
        try:
            if len(given) > _LONGEST_CURSOR:
                raise BadSignature
            ordering, backwards, packed, key = self.signer.unsign_object(given)
        except (BadSignature, ValueError) as error:
            raise ValidationError({"cursor": [_("This is not a cursor of ours.")]}) from error
        if ordering != self.ordering:
            raise ValidationError({"cursor": [_("This cursor belongs to another ordering.")]})
        value = datetime.fromisoformat(packed["at"]) if isinstance(packed, dict) else packed
        return Cursor(value=value, key=key, backwards=bool(backwards))

    # For OpenAPI

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        ordered = cast(OrderedView, view)
        words = [sign + name for name in ordered.orderings for sign in ("", "-")]
        size = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE}
        return [
            _parameter("cursor", {"type": "string"}, "Where to go on: taken from `next` or `previous`."),
            _parameter("page_size", size, "How many rows."),
            _parameter(
                "ordering",
                {"type": "string", "enum": words, "default": ordered.default_ordering},
                "Order of the rows; rows without a value come last.",
            ),
            _parameter(
                "include", {"type": "string", "enum": ["total"]}, "Count the rows as well, up to 10 000."
            ),
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous", "page_size"],
            "properties": {
                "results": schema,
                "next": link,
                "previous": link,
                "page_size": {"type": "integer"},
                "total": {"type": "integer", "description": "Only with `include=total`."},
                "total_is_capped": {
                    "type": "boolean",
                    "description": "There are more rows than were counted.",
                },
            },
        }


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _read_size(request: Request) -> int:
    given = request.query_params.get("page_size", str(DEFAULT_SIZE))
    if not (given.isascii() and given.isdigit() and len(given) < 6 and 1 <= int(given) <= MAX_SIZE):
        raise ValidationError({"page_size": [_("A number from 1 to %d, please.") % MAX_SIZE]})
    return int(given)


def _read_ordering(request: Request, view: OrderedView) -> tuple[str, Key]:
    ordering = request.query_params.get("ordering", view.default_ordering)
    key = view.orderings.get(ordering.removeprefix("-"))
    if key is None:
        known = ", ".join(view.orderings)
        raise ValidationError({"ordering": [_("Lists can be ordered by: %s.") % known]})
    return ordering, key


def _totals(queryset: QuerySet[Any], request: Request) -> dict[str, Any]:
    """The number of rows, if asked for; counted up to a limit, and then marked so."""
    include = request.query_params.get("include")
    if include is None:
        return {}
    if include != "total":
        raise ValidationError({"include": [_("Only the total can be included.")]})
    counted = queryset.order_by()[: MOST_COUNTED + 1].count()
    return {"total": min(counted, MOST_COUNTED), "total_is_capped": counted > MOST_COUNTED}
