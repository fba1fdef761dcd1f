"""Where people work: their desk in a department, with what they can take there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.joining import register_move
from accounts.models import Membership, User
from common.errors import NotAllowed
from departments.actions.members import save_member
from departments.models import Category, Department, DepartmentMember, Region, Ward
from departments.permissions import can_manage_department, forget_departments

logger = logging.getLogger(__name__)

MOST_CAPACITY = 10_000


@dataclass(frozen=True)
class Desk:
    """What is known of a desk; None leaves it as it is.

    No skills mean every category, neither regions nor wards everywhere.
    """

    department: Department
    capacity: int | None = None
    skills: Sequence[Category] | None = None
    regions: Sequence[Region] | None = None
    wards: Sequence[Ward] | None = None
    is_active: bool | None = None


def set_desk(membership: Membership, desk: Desk, *, acting_user: Any) -> DepartmentMember:
    """Give somebody of the organisation a desk in a department, change it, or end it.

    For those who look after the department. Raises NotAllowed.
    """
    department = desk.department
    if department.organisation_id != membership.organisation_id or not can_manage_department(
        acting_user, department
    ):
        raise NotAllowed
    with transaction.atomic():
        Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
        member, is_new = DepartmentMember.objects.get_or_create(
            department=department, user_id=membership.user_id
        )
        _write(member, desk, acting_user)
        forget_departments(membership.user)
    logger.info("Desk %s %s by %s", member.pk, "made" if is_new else "changed", acting_user.pk)
    return member


def _write(member: DepartmentMember, desk: Desk, acting_user: Any) -> None:
    """Only what was given: the load beside it moves meanwhile."""
    given = {"capacity": desk.capacity, "is_active": desk.is_active}
    named = [name for name, value in given.items() if value is not None]
    for name in named:
        setattr(member, name, given[name])
    save_member(member, named, acting_user=acting_user)
    if desk.skills is not None:
        member.skills.set(desk.skills)
    if desk.regions is not None:
        member.regions.set(desk.regions)
    if desk.wards is not None:
        member.wards.set(desk.wards)


def move_desks(stand_in: User, person: User) -> None:
    """What was prepared for somebody who was invited is theirs once they joined with their account."""
    for prepared in DepartmentMember.objects.of_user(stand_in.pk).with_specialities():
        before = DepartmentMember.objects.of_user(person.pk).of_department(prepared.department_id).first()
        if before is None:
            prepared.user = person
            prepared.save(update_fields=["user"])
            continue
        desk = Desk(
            prepared.department,
            capacity=prepared.capacity,
            skills=list(prepared.skills.all()),
            regions=list(prepared.regions.all()),
            wards=list(prepared.wards.all()),
            is_active=prepared.is_active,
        )
        _write(before, desk, person)
    forget_departments(person)


register_move(move_desks)
