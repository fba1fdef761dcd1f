"""Promises: made, changed, switched off, deleted. Running clocks keep what they froze."""

from __future__ import annotations

import logging
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError, InvalidInput, NotAllowed
from common.text import checked_text, clean_line
from departments.actions.calendars import PromiseOutOfReach
from departments.enums import Priority
from departments.models import LONGEST_PROMISE, Category, Standard
from departments.permissions import can_manage_department
from departments.uses import uses_of_standard
from departments.working_time import CalendarNeverOpens

logger = logging.getLogger(__name__)

CHANGEABLE = frozenset(
    {"respond_within_seconds", "resolve_within_seconds", "calendar", "source", "is_assumption", "is_active"}
)


class TargetNotPositive(InvalidInput):
    code = "target_not_positive"
    sentence = gettext_lazy("A promise needs a time: at least one second.")


class TargetTooLong(InvalidInput):
    code = "target_too_long"
    sentence = gettext_lazy("Nobody promises anything for more than ten years.")


class TargetsInverted(InvalidInput):
    code = "targets_inverted"
    sentence = gettext_lazy("The fix cannot be promised for earlier than the answer.")


class StandardExists(InvalidInput):
    code = "standard_exists"
    sentence = gettext_lazy("There is a promise for this category and priority already. Change that one.")


class StandardInUse(DomainError):
    code = "standard_in_use"
    sentence = gettext_lazy("This promise was given already.")


class WrongCalendar(InvalidInput):
    code = "wrong_calendar"
    sentence = gettext_lazy("Choose a calendar of the same organisation that is in force.")


def create_standard(
    category: Category, *, priority: Priority | None, acting_user: Any, **terms: Any
) -> Standard:
    """Promise times for a category, for one priority or, with None, for all that have none of their own.

    Raises NotAllowed, StandardExists, and the refusals of `_check`.
    """
    if not can_manage_department(acting_user, category.department):
        raise NotAllowed
    standard = Standard(category=category, priority=priority)
    _set(standard, terms)
    _check(standard)
    return _save(standard, acting_user, is_new=True)


def change_standard(standard: Standard, *, acting_user: Any, **changes: Any) -> Standard:
    """Change what is promised from now on; clocks that run keep what they froze.

    Raises NotAllowed, and the refusals of `_check`.
    """
    with transaction.atomic():
        locked = _lock(standard, acting_user)
        _set(locked, changes)
        _check(locked)
        return _save(locked, acting_user, is_new=False)


def delete_standard(standard: Standard, *, acting_user: Any) -> None:
    """Delete a promise that was never given. Raises NotAllowed, and StandardInUse with who got it."""
    with transaction.atomic():
        locked = _lock(standard, acting_user)
        check_never_given(locked)
        locked.delete()
    logger.info("Standard %s deleted by %s", standard.pk, acting_user.pk)


def check_never_given(standard: Standard) -> None:
    """Raise StandardInUse, with what it was given to."""
    uses = uses_of_standard(standard)
    if uses:
        sentence = _("“%(standard)s” was promised to %(uses)s and stays on record. Switch it off instead.")
        raise StandardInUse(sentence % {"standard": standard, "uses": "; ".join(uses)})


def _lock(standard: Standard, acting_user: Any) -> Standard:
    locked = Standard.objects.with_category().select_for_update(of=("self",)).get(pk=standard.pk)
    if not can_manage_department(acting_user, locked.category.department):
        raise NotAllowed
    return locked


def _set(standard: Standard, terms: dict[str, Any]) -> None:
    unknown = set(terms) - CHANGEABLE
    if unknown:
        raise InvalidInput(field=min(unknown))
    for name, value in terms.items():
        setattr(standard, name, value)
    standard.source = clean_line(checked_text(standard.source, field="source", most=300))


def _check(standard: Standard) -> None:
    for field in ("respond_within_seconds", "resolve_within_seconds"):
        seconds = getattr(standard, field)
        if not seconds or seconds < 1:
            raise TargetNotPositive(field=field)
        if seconds > LONGEST_PROMISE:
            raise TargetTooLong(field=field)
    if standard.resolve_within_seconds < standard.respond_within_seconds:
        raise TargetsInverted(field="resolve_within_seconds")
    calendar = standard.calendar
    if calendar is not None and not (
        calendar.is_in_force and calendar.organisation_id == standard.category.organisation_id
    ):
        raise WrongCalendar(field="calendar")
    hours = (calendar or standard.category.department.calendar).working_calendar()
    try:
        hours.add(timezone.now(), standard.resolve_within_seconds)
    except CalendarNeverOpens as error:
        raise PromiseOutOfReach(field="resolve_within_seconds") from error


def _save(standard: Standard, acting_user: Any, *, is_new: bool) -> Standard:
    try:
        with transaction.atomic():
            standard.save(force_insert=is_new)
    except IntegrityError as error:
        if "standard_is_one_per_priority" in str(error):
            raise StandardExists(field="priority") from error
        raise
    logger.info("Standard %s promised by %s", standard.pk, acting_user.pk)
    return standard
