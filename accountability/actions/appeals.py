"""An agent appeals against a penalty of their own; somebody else who answers for the department decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accountability.actions.points import AlreadyReversed, checked_reason, reverse_entry
from accountability.enums import AppealState
from accountability.models import PointsAppeal, PointsEntry
from accountability.permissions import can_correct
from common.errors import DomainError, NotAllowed
from tickets.actions.keeping_account import Fact, tell_account
from tickets.enums import EventKind, Visibility

APPEAL_WITHIN = timedelta(days=30)


class NotAPenalty(DomainError):
    code = "not_a_penalty"
    sentence = gettext_lazy("Only a penalty can be appealed against.")


class TooLateToAppeal(DomainError):
    code = "too_late_to_appeal"
    sentence = gettext_lazy("An entry can be appealed against for thirty days.")


class AlreadyAppealed(DomainError):
    code = "already_appealed"
    sentence = gettext_lazy("There is an appeal against this entry already.")


class AppealDecided(DomainError):
    code = "appeal_decided"
    sentence = gettext_lazy("This appeal is decided already.")


def appeal(entry: PointsEntry, *, reason: str, acting_user: Any) -> PointsAppeal:
    """Say why an entry of one's own is wrong.

    Raises NotAllowed for somebody else's, ReasonNeeded, InvalidInput, NotAPenalty, TooLateToAppeal,
    AlreadyReversed, AlreadyAppealed.
    """
    with transaction.atomic():
        locked = PointsEntry.objects.select_for_update().get(pk=entry.pk)
        if locked.person_id is None or locked.person_id != acting_user.pk:
            raise NotAllowed
        cleaned = checked_reason(reason)
        _check_appealable(locked)
        made = PointsAppeal.objects.create(
            organisation_id=locked.organisation_id, entry=locked, person=acting_user, reason=cleaned
        )
        _tell(made, EventKind.APPEALED, note=cleaned, acting_user=acting_user)
        return made


def _tell(about: PointsAppeal, kind: EventKind, *, note: str, acting_user: Any) -> None:
    """Whom it concerns hears of it, and nobody else."""
    entry = about.entry
    data = {
        "appeal": str(about.pk),
        "person": str(about.person_id),
        "state": about.state,
        "points": entry.points,
        "rule": entry.rule.title,
        "answerable": str(entry.department_id),
        "department": entry.department.name,
    }
    fact = Fact(kind, Visibility.CONCERNED, note=note, data=data)
    tell_account(entry.event.ticket, fact, acting_user=acting_user)


def _check_appealable(entry: PointsEntry) -> None:
    if entry.points > 0 or entry.reverses_id is not None:
        raise NotAPenalty
    if entry.created_at + APPEAL_WITHIN < timezone.now():
        raise TooLateToAppeal
    if PointsEntry.objects.reversing(entry.pk).exists():
        raise AlreadyReversed
    if PointsAppeal.objects.of_entry(entry.pk).exists():
        raise AlreadyAppealed


def decide_appeal(found: PointsAppeal, *, grant: bool, reason: str, acting_user: Any) -> PointsAppeal:
    """Decide once, with a reason; granting reverses the entry. Nobody decides about their own.

    Raises NotAllowed, AppealDecided, ReasonNeeded, InvalidInput, AlreadyReversed.
    """
    with transaction.atomic():
        locked = PointsAppeal.objects.select_for_update().get(pk=found.pk)
        if not can_correct(acting_user, locked.entry):
            raise NotAllowed
        if locked.state != AppealState.OPEN:
            raise AppealDecided
        locked.decision_note = checked_reason(reason)
        if grant:
            locked.reversal = reverse_entry(locked.entry, reason=reason, acting_user=acting_user)
        locked.state = AppealState.GRANTED if grant else AppealState.REFUSED
        locked.decided_by, locked.decided_at = acting_user, timezone.now()
        locked.save()
        _tell(locked, EventKind.APPEAL_DECIDED, note=locked.decision_note, acting_user=acting_user)
    return locked
