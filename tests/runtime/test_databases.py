"""The embedded servers."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_tests_run_on_a_real_postgresql_with_our_collation() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = current_database()"
        )
        assert cursor.fetchone() == ("b", "C.UTF-8")


def test_tests_run_on_a_real_valkey() -> None:
    cache.set("word", "Lokiša", timeout=5)
    assert cache.get("word") == "Lokiša"
