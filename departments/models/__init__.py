from __future__ import annotations

from departments.models.calendar import Calendar, CalendarException, WorkingInterval
from departments.models.category import LONGEST_PROMISE, Category, Standard
from departments.models.department import Department, DepartmentMember, Stage
from departments.models.escalation import EscalationLadder, EscalationStep
from departments.models.place import Region, Suburb, Ward
from departments.models.presence import Leave, Shift

__all__ = [
    "LONGEST_PROMISE",
    "Calendar",
    "CalendarException",
    "Category",
    "Department",
    "DepartmentMember",
    "EscalationLadder",
    "EscalationStep",
    "Leave",
    "Region",
    "Shift",
    "Stage",
    "Standard",
    "Suburb",
    "Ward",
    "WorkingInterval",
]
