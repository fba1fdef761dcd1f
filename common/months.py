"""A calendar month, as reports and boards are asked for: `2026-11`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput

_SHAPE = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


class NotAMonth(InvalidInput):
    code = "not_a_month"
    sentence = _("Write the month like 2026-11.")


@dataclass(frozen=True, order=True)
class Month:
    year: int
    month: int

    @classmethod
    def parse(cls, typed: str) -> Month:
        """The month that was typed. Raises NotAMonth."""
        match = _SHAPE.fullmatch(typed)
        if match is None:
            raise NotAMonth(field="month")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Month:
        """The month that it is at a moment in a zone."""
        local = timezone.localtime(moment, zone)
        return cls(local.year, local.month)

    @property
    def following(self) -> Month:
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> Month:
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The first moment of the month in a zone, and the first after it."""
        following = self.following
        return datetime(self.year, self.month, 1, tzinfo=zone), datetime(
            following.year, following.month, 1, tzinfo=zone
        )

    @property
    def name(self) -> str:
        """In words, in the active language."""
        return date_format(date(self.year, self.month, 1), "F Y")

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"
