"""Whose department is it: predicates over a person's department memberships."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from accounts.enums import Capability
from accounts.permissions import has_capability, is_operator, is_organisation_wide

_CACHE = "_department_ids"


def departments_of(user: Any) -> frozenset[uuid.UUID]:
    """Ids of the departments that the person is an active member of, read once per user object."""
    if user is None or not user.is_authenticated or not user.is_active:
        return frozenset()
    if not hasattr(user, _CACHE):
        memberships = user.department_memberships.active().values_list("department_id", flat=True)
        setattr(user, _CACHE, frozenset(memberships))
    departments: frozenset[uuid.UUID] = getattr(user, _CACHE)
    return departments


def remember_departments(user: Any, departments: Iterable[uuid.UUID]) -> None:
    """What `departments_of` would read, for who reads those of many people at once."""
    setattr(user, _CACHE, frozenset(departments))


def forget_departments(user: Any) -> None:
    """Drop what was read, after a department membership of this person changed."""
    if hasattr(user, _CACHE):
        delattr(user, _CACHE)


def can_act_in_department(
    user: Any, capability: Capability, *, organisation_id: uuid.UUID, department_id: uuid.UUID | None
) -> bool:
    """Whether the capability reaches this department: as its member, or organisation-wide."""
    if is_operator(user):
        return True
    if not has_capability(user, capability, organisation_id):
        return False
    return is_organisation_wide(user, organisation_id) or department_id in departments_of(user)


def can_manage_department(user: Any, department: Any) -> bool:
    """Whether the person may change the department's members, stages, categories and standards."""
    return can_act_in_department(
        user,
        Capability.MANAGE_DEPARTMENT,
        organisation_id=department.organisation_id,
        department_id=department.pk,
    )


def can_set_availability(user: Any, member: Any) -> bool:
    """People say for themselves whether they are there; department admins say it for their members.

    Reads the member's department: select it beforehand.
    """
    return member.user_id == user.pk or can_manage_department(user, member.department)
