"""Which month a page is about, and the ones beside it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from common.months import Month, NotAMonth


@dataclass(frozen=True)
class MonthChoice:
    """`refusal` is the sentence about what was typed; then the month is the present one."""

    month: Month
    present: Month
    refusal: str = ""

    @property
    def previous(self) -> Month:
        return self.month.previous

    @property
    def following(self) -> Month | None:
        """The month after this one; None for what has not begun."""
        return self.month.following if self.month < self.present else None


def chosen_month(request: HttpRequest, zone: ZoneInfo) -> MonthChoice:
    """The month that the address names, never one to come; the present one where it names none."""
    present = Month.of(timezone.now(), zone)
    typed = request.GET.get("month", "")
    if not typed:
        return MonthChoice(present, present)
    try:
        month = Month.parse(typed)
    except NotAMonth as refusal:
        return MonthChoice(present, present, refusal.message)
    return MonthChoice(min(month, present), present)
