"""What an organisation would promise for a problem reported now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from departments.models import Category
from departments.queries import standard_for


@dataclass(frozen=True)
class Expected:
    """When an answer and the fix would be due."""

    respond_by: datetime
    resolve_by: datetime


def promise_for(category: Category, at: datetime) -> Expected | None:
    """The promise for a new ticket of this category with its usual priority, or None without a standard."""
    standard = standard_for(category, category.default_priority)
    if standard is None:
        return None
    hours = (standard.calendar or category.department.calendar).working_calendar()
    return Expected(
        respond_by=hours.add(at, standard.respond_within_seconds),
        resolve_by=hours.add(at, standard.resolve_within_seconds),
    )
