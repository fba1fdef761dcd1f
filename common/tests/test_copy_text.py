"""What COPY is given is read by PostgreSQL as what it was."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection, models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from common.copy_text import copy_line

pytestmark = pytest.mark.django_db


class Status(models.TextChoices):
    IN_PROGRESS = "in_progress"


class Priority(models.IntegerChoices):
    URGENT = 4


def read_back(kind: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE given (place int, value {kind}) ON COMMIT DROP")
        with cursor.copy("COPY given FROM STDIN") as copy:
            copy.write(b"".join(copy_line([place, value]) for place, value in enumerate(values)))
        cursor.execute("SELECT value FROM given ORDER BY place")
        rows = [value for (value,) in cursor.fetchall()]
        cursor.execute("DROP TABLE given")
    return rows


NOON = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", ["", "\\N", "\\.", "a\tb\nc\rd\\e", "\\\\", "ğ 🚰 مرحبا", " edge ", None]),
        ("uuid", [uuid.uuid4(), uuid.UUID(int=0), None]),
        ("timestamptz", [NOON, NOON.astimezone(timezone(timedelta(hours=2))), None]),
        ("date", [date(2026, 2, 28), None]),
        ("float8", [0.1 + 0.2, -25.75, 1e-300, None]),
        ("int8", [0, -1, 2**62, None]),
        ("bool", [True, False, None]),
        ("text[]", [[], ["a,b", 'quote "', "back\\slash", "line\nend", ""], None]),
    ],
)
def test_every_kind_of_value_arrives_as_it_was(kind: str, values: list[Any]) -> None:
    assert read_back(kind, values) == values


def test_members_of_enumerations_arrive_as_their_values() -> None:
    assert read_back("text", [Status.IN_PROGRESS]) == ["in_progress"]
    assert read_back("int4", [Priority.URGENT]) == [Priority.URGENT.value]


def test_json_arrives_as_it_was() -> None:
    said = {"words": 'a "quote", a \\ and a\nline', "list": [1, None, "🚰"]}
    (read,) = read_back("jsonb", [json.dumps(said)])
    assert (json.loads(read) if isinstance(read, str) else read) == said


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.text(some.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_any_text_arrives_as_it_was(texts: list[str]) -> None:
    assert read_back("text", texts) == texts
