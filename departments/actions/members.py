"""The members of a department: what they can take, and whether they work there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from departments.models import DepartmentMember
from departments.staffing import tell_gained, tell_leaves


def save_member(member: DepartmentMember, changed: Collection[str], *, acting_user: Any) -> DepartmentMember:
    """Write only the named fields: the load beside them moves while a form is open.

    What waits in the department may be theirs now; who ends their work there leaves nothing behind.
    For callers that checked the right to do so.
    """
    plain = {field.name for field in DepartmentMember._meta.concrete_fields}
    written = plain & set(changed)
    with transaction.atomic():
        if "is_active" in written and not member.is_active:
            tell_leaves(member, acting_user=acting_user)
            member.is_available = False
            written.add("is_available")
        member.save(update_fields=sorted(written))
        tell_gained(member.department_id)
    return member


def add_desk(member: DepartmentMember) -> DepartmentMember:
    """Somebody works in the department from now on. For callers that checked the right to do so."""
    with transaction.atomic():
        member.save(force_insert=True)
        tell_gained(member.department_id)
    return member
