"""What a report says. Pure: numbers with what follows from them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from common.months import Month


@dataclass(frozen=True)
class Figures:
    """One month of a department, or of the whole organisation."""

    logged: int = 0
    closed: int = 0
    verified: int = 0
    unverified: int = 0
    overdue: int = 0
    expired: int = 0
    without_remedy: int = 0
    reopened: int = 0
    supports: int = 0
    median_hours: float | None = None
    # Confirmed in the month by a code that was read out to who did the work.
    witnessed: int = 0
    ratings: int = 0
    rating_sum: int = 0

    @property
    def rating_average(self) -> float | None:
        """From one to five, over all that were given in the month; None where none was."""
        return round(self.rating_sum / self.ratings, 1) if self.ratings else None

    @property
    def answered(self) -> int:
        """Closings after somebody was asked whether the fix is real."""
        return self.verified + self.unverified

    @property
    def verified_share(self) -> float | None:
        """Which part of the fixes was proven; None while there was none to prove."""
        return self.verified / self.answered if self.answered else None

    @property
    def verified_percent(self) -> int | None:
        share = self.verified_share
        return None if share is None else round(share * 100)


@dataclass(frozen=True)
class DepartmentFigures:
    """`key` and `name` are empty for tickets that belong to no department."""

    key: uuid.UUID | None
    name: str
    figures: Figures


@dataclass(frozen=True)
class CategoryFigures:
    name: str
    department: str
    logged: int
    closed: int
    verified: int
    supports: int


@dataclass(frozen=True)
class MonthlyReport:
    organisation: str
    month: Month
    made_at: datetime
    total: Figures
    departments: list[DepartmentFigures]
    categories: list[CategoryFigures]

    @property
    def most_logged(self) -> int:
        """The longest bar of the categories."""
        return max((row.logged for row in self.categories), default=0)
