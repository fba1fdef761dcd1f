from __future__ import annotations

from datetime import UTC, datetime

import pytest

from departments.promises import Expected, promise_for
from departments.tests.factories import CategoryFactory, StandardFactory, office_hours

pytestmark = pytest.mark.django_db

# A Friday, 14:00 in Pretoria.
FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_a_promise_is_counted_in_the_departments_working_time() -> None:
    standard = StandardFactory.create(respond_within_seconds=3600, resolve_within_seconds=4 * 3600)
    office_hours(standard.category.department.calendar)

    expected = promise_for(standard.category, FRIDAY)

    monday_at_ten = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert expected == Expected(
        respond_by=datetime(2026, 11, 20, 13, 0, tzinfo=UTC), resolve_by=monday_at_ten
    )


def test_a_category_without_a_standard_promises_nothing() -> None:
    assert promise_for(CategoryFactory.create(), FRIDAY) is None
