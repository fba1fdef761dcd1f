from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Priority(models.IntegerChoices):
    """Stored as a number so that queues sort by it; the API speaks its word."""

    LOW = 1, _("low")
    MEDIUM = 2, _("medium")
    HIGH = 3, _("high")
    URGENT = 4, _("urgent")

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> Priority:
        """The priority with this English word. Raises KeyError for any other."""
        return cls[word.upper()]


class AssignmentStrategy(models.TextChoices):
    BALANCED = "balanced", _("balanced: lowest share of capacity used")
    ROUND_ROBIN = "round_robin", _("round robin: longest since last assignment")
    MANUAL = "manual", _("manual: agents pick")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> Weekday:
        """The weekday with this English word. Raises KeyError for any other."""
        return cls[word.upper()]


class EscalationAudience(models.TextChoices):
    """Who hears of an expired ticket at a step of the ladder."""

    ASSIGNEE = "assignee", _("the agent who has it")
    DEPARTMENT_ADMINS = "department_admins", _("the department's admins")
    ORGANISATION_ADMINS = "organisation_admins", _("the organisation's admins")
