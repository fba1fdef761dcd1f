"""Rules get new versions; the ledger is corrected by reversals. Nothing that was entered ever changes."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accountability.models import PointsEntry, PointsRule
from accountability.permissions import can_correct
from accounts.enums import Capability
from accounts.permissions import has_capability
from common.errors import DomainError, InvalidInput, NotAllowed
from common.text import checked_text

MOST_POINTS = 1000
HIGHEST_CAP = 100_000
LONGEST_REASON = 2000


class PointsOutOfRange(InvalidInput):
    code = "points_out_of_range"
    sentence = gettext_lazy("A rule is worth 1 to 1000 points, or as many less than nothing.")


class CapOutOfRange(InvalidInput):
    code = "cap_out_of_range"
    sentence = gettext_lazy("A rule gives a person 1 to 100 000 points in a month at most.")


class CapOfPenalty(InvalidInput):
    code = "cap_of_penalty"
    sentence = gettext_lazy("Only rewards have a limit in a month; penalties count whenever they come.")


class RuleReplaced(DomainError):
    code = "rule_replaced"
    sentence = gettext_lazy("This version of the rule was replaced. Change the one in force.")


class ReasonNeeded(InvalidInput):
    code = "reason_needed"
    sentence = gettext_lazy("Please say why, in a few words.")


class AlreadyReversed(DomainError):
    code = "already_reversed"
    sentence = gettext_lazy("This entry was reversed before.")


class ReversalStands(DomainError):
    code = "reversal_stands"
    sentence = gettext_lazy("A reversal cannot be reversed.")


def change_rule(
    rule: PointsRule, *, points: int, monthly_cap: int | None = None, acting_user: Any
) -> PointsRule:
    """Put a new version in force; what was earned by the old one stays as it is.

    `monthly_cap` is what one person gets by it in a month at most, what earlier versions gave
    included; None is without a limit. Raises NotAllowed, RuleReplaced, PointsOutOfRange,
    CapOutOfRange, CapOfPenalty.
    """
    with transaction.atomic():
        locked = PointsRule.objects.select_for_update().get(pk=rule.pk)
        if not has_capability(acting_user, Capability.MANAGE_ORGANISATION, locked.organisation_id):
            raise NotAllowed
        if locked.retired_at is not None:
            raise RuleReplaced
        _check_worth(points, monthly_cap)
        locked.retired_at = timezone.now()
        locked.save(update_fields=["retired_at"])
        return PointsRule.objects.create(
            organisation_id=locked.organisation_id,
            code=locked.code,
            version=locked.version + 1,
            title=locked.title,
            event_kind=locked.event_kind,
            points=points,
            share=locked.share,
            monthly_cap=monthly_cap,
            created_at=locked.retired_at,
        )


def _check_worth(points: int, monthly_cap: int | None) -> None:
    if points == 0 or abs(points) > MOST_POINTS:
        raise PointsOutOfRange(field="points")
    if monthly_cap is None:
        return
    if points < 0:
        raise CapOfPenalty(field="monthly_cap")
    if not 1 <= monthly_cap <= HIGHEST_CAP:
        raise CapOutOfRange(field="monthly_cap")


def reverse_entry(entry: PointsEntry, *, reason: str, acting_user: Any) -> PointsEntry:
    """Take points back, or give them back, by an entry that negates another, in the same month.

    Raises NotAllowed, ReasonNeeded, InvalidInput, ReversalStands, AlreadyReversed.
    """
    with transaction.atomic():
        locked = PointsEntry.objects.select_for_update().get(pk=entry.pk)
        if not can_correct(acting_user, locked):
            raise NotAllowed
        cleaned = checked_reason(reason)
        if locked.reverses_id is not None:
            raise ReversalStands
        if PointsEntry.objects.reversing(locked.pk).exists():
            raise AlreadyReversed
        return PointsEntry.objects.create(
            organisation_id=locked.organisation_id,
            rule_id=locked.rule_id,
            event_id=locked.event_id,
            department_id=locked.department_id,
            person_id=locked.person_id,
            points=-locked.points,
            occurred_at=locked.occurred_at,
            reverses=locked,
            reason=cleaned,
            entered_by=acting_user,
        )


def checked_reason(reason: str) -> str:
    """Raises ReasonNeeded without one, InvalidInput for one that cannot be kept."""
    cleaned = checked_text(reason, field="reason", most=LONGEST_REASON)
    if not cleaned:
        raise ReasonNeeded(field="reason")
    return cleaned
