"""When members are there: their shifts, set by who manages the department, and leave, taken by themselves."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from common.errors import DomainError, InvalidInput, NotAllowed
from common.text import clean_line
from departments.models import DepartmentMember, Leave, Shift
from departments.permissions import can_manage_department, can_set_availability
from departments.presence import MINUTES_A_DAY, WeeklyShift, shifts_overlap
from departments.staffing import tell_gained

logger = logging.getLogger(__name__)

MOST_SHIFTS = 28


class ShiftsOverlap(InvalidInput):
    code = "shifts_overlap"
    sentence = gettext_lazy("Two of these shifts overlap.")


class InvalidShift(InvalidInput):
    code = "invalid_shift"
    sentence = gettext_lazy("A shift begins on its day and lasts a day at most.")


class TooManyShifts(InvalidInput):
    code = "too_many_shifts"
    sentence = gettext_lazy("That is more shifts than a week has room for.")


class LeaveOverlaps(DomainError):
    code = "leave_overlaps"
    sentence = gettext_lazy("This person is on leave on some of these days already.")


class LeaveEndsBeforeStart(InvalidInput):
    code = "leave_ends_before_start"
    sentence = gettext_lazy("The last day cannot be before the first.")


def set_shifts(
    member: DepartmentMember, shifts: Sequence[WeeklyShift], *, acting_user: Any
) -> DepartmentMember:
    """Replace a member's week; without shifts they are always on shift. The queue is looked at again.

    Raises NotAllowed, InvalidShift, ShiftsOverlap, TooManyShifts.
    """
    _check_shifts(shifts)
    with _changing(member) as locked:
        if acting_user is not None and not can_manage_department(acting_user, locked.department):
            raise NotAllowed
        locked.shifts.all().delete()
        Shift.objects.bulk_create(
            Shift(member=locked, weekday=weekday, starts_minute=start, ends_minute=end)
            for weekday, start, end in sorted(shifts)
        )
        logger.info("Member %s has %d shifts, by %s", locked.pk, len(shifts), _key_of(acting_user))
    return locked


def _check_shifts(shifts: Sequence[WeeklyShift]) -> None:
    if len(shifts) > MOST_SHIFTS:
        raise TooManyShifts(field="shifts")
    for weekday, start, end in shifts:
        if not (0 <= weekday <= 6 and 0 <= start < MINUTES_A_DAY and start < end <= start + MINUTES_A_DAY):
            raise InvalidShift(field="shifts")
    if shifts_overlap(shifts):
        raise ShiftsOverlap(field="shifts")


def take_leave(
    member: DepartmentMember, *, starts_on: date, ends_on: date, reason: str = "", acting_user: Any
) -> Leave:
    """Whole days without new tickets; what the member has already stays theirs until it is handed on.

    For themselves and for who manages the department. Raises NotAllowed, LeaveEndsBeforeStart,
    LeaveOverlaps, InvalidInput.
    """
    with _changing(member) as locked:
        _check_may(acting_user, locked)
        leave = Leave(member=locked)
        _write_leave(leave, starts_on=starts_on, ends_on=ends_on, reason=reason)
        logger.info("Member %s is on leave %s, by %s", locked.pk, leave, _key_of(acting_user))
    return leave


def change_leave(leave: Leave, *, starts_on: date, ends_on: date, reason: str, acting_user: Any) -> Leave:
    """Move leave to other days. Raises what `take_leave` raises."""
    with _changing(leave.member) as locked:
        _check_may(acting_user, locked)
        _write_leave(leave, starts_on=starts_on, ends_on=ends_on, reason=reason)
        logger.info("Member %s is on leave %s, by %s", locked.pk, leave, _key_of(acting_user))
    return leave


def cancel_leave(leave: Leave, *, acting_user: Any) -> None:
    """The member is there after all. Raises NotAllowed."""
    with _changing(leave.member) as locked:
        _check_may(acting_user, locked)
        leave.delete()
        logger.info("Member %s is not on leave %s after all, by %s", locked.pk, leave, _key_of(acting_user))


@contextmanager
def _changing(member: DepartmentMember) -> Iterator[DepartmentMember]:
    """The member, locked, so that two changes of one week come one after the other."""
    with transaction.atomic():
        rows = DepartmentMember.objects.select_related("department").select_for_update(of=("self",))
        yield rows.get(pk=member.pk)
        tell_gained(member.department_id)


def _check_may(acting_user: Any, member: DepartmentMember) -> None:
    if acting_user is not None and not can_set_availability(acting_user, member):
        raise NotAllowed


def _write_leave(leave: Leave, *, starts_on: date, ends_on: date, reason: str) -> None:
    if ends_on < starts_on:
        raise LeaveEndsBeforeStart(field="ends_on")
    leave.starts_on, leave.ends_on, leave.reason = starts_on, ends_on, clean_line(reason)
    try:
        leave.clean_fields(exclude=["member"])
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise InvalidInput(sentences[0], field=name) from error
    try:
        with transaction.atomic():
            leave.save()
    except IntegrityError as error:
        if "leave_does_not_overlap" in str(error):
            raise LeaveOverlaps from error
        raise


def _key_of(acting_user: Any) -> Any:
    return getattr(acting_user, "pk", None)
