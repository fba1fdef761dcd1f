"""Constraints and indexes are there under their names, whatever path the migrations took to today."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

pytestmark = pytest.mark.django_db


def missing(model: type[Model]) -> set[str]:
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, model._meta.db_table)
    said = (*model._meta.constraints, *model._meta.indexes)
    return {one.name for one in said} - set(there)


def test_every_constraint_and_index_that_a_model_names_is_in_the_database() -> None:
    lacking = {model._meta.label: names for model in apps.get_models() if (names := missing(model))}
    assert lacking == {}


def test_a_constraint_that_was_dropped_is_noticed() -> None:
    custody = apps.get_model("tickets", "Custody")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX custody_is_held_by_one")
    assert missing(custody) == {"custody_is_held_by_one"}
