from __future__ import annotations

from departments.admin import calendar, category, department, place

__all__ = ["calendar", "category", "department", "place"]
