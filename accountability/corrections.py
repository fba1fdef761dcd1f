"""What was said and done about an entry of the ledger or a rule, as pages read it."""

from __future__ import annotations

from typing import Any

from accountability.models import PointsAppeal, PointsEntry, PointsRule


def reversal_of(entry: PointsEntry) -> PointsEntry | None:
    """The entry that negates this one, with who entered it."""
    return PointsEntry.objects.reversing(entry.pk).select_related("entered_by").first()


def is_appealed(entry: PointsEntry) -> bool:
    return PointsAppeal.objects.of_entry(entry.pk).exists()


def appeals_against(entry: PointsEntry, user: Any) -> list[PointsAppeal]:
    """Those that the person may read."""
    return list(PointsAppeal.objects.of_entry(entry.pk).visible_to(user).for_list())


def versions_of(rule: PointsRule) -> list[PointsRule]:
    """All versions of a rule, the newest first."""
    return list(PointsRule.objects.versions_of(rule))
