"""The members of a department: what they can take, and whether they work there."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from departments.models import DepartmentMember
from departments.staffing import tell_gained


def save_member(member: DepartmentMember, changed: Collection[str]) -> DepartmentMember:
    """Write only the named fields: the load beside them moves while a form is open.

    What waits in the department may be theirs now. For callers that checked the right to do so.
    """
    plain = {field.name for field in DepartmentMember._meta.concrete_fields}
    with transaction.atomic():
        member.save(update_fields=sorted(plain & set(changed)))
        tell_gained(member.department_id)
    return member


def add_desk(member: DepartmentMember) -> DepartmentMember:
    """Somebody works in the department from now on. For callers that checked the right to do so."""
    with transaction.atomic():
        member.save(force_insert=True)
        tell_gained(member.department_id)
    return member
