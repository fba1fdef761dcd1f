"""Many rows of many tables, read by one statement: what proofs that nothing changed are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Rows = dict[str, list[dict[str, Any]]]


class Snapshot:
    """Reads every value of every row of some querysets, each time that it is called.

    The querysets are compiled once, because proofs read the same rows again and again.
    Rows come in the order of their keys, values as JSON says them.
    """

    def __init__(self, querysets: Mapping[str, QuerySet[Any]]) -> None:
        self.nothing: Rows = {name: [] for name in querysets}
        self.parts: list[str] = []
        self.params: list[Any] = []
        for name, queryset in querysets.items():
            self._add(name, queryset.order_by("pk"))

    def _add(self, name: str, queryset: QuerySet[Any]) -> None:
        try:
            sql, params = queryset.query.sql_with_params()
        except EmptyResultSet:
            return
        rows = f"(SELECT json_agg(to_json(kept)) FROM ({sql}) AS kept)"  # noqa: S608
        self.parts.append(f"SELECT %s, {rows}")
        self.params += [name, *params]

    def __call__(self) -> Rows:
        """Return the rows by the names of their querysets."""
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(self.parts), self.params)
            found = cursor.fetchall()
        return self.nothing | {name: _parsed(rows) for name, rows in found}


def _parsed(rows: Any) -> list[dict[str, Any]]:
    if rows is None:
        return []
    return list(json.loads(rows) if isinstance(rows, str) else rows)
