"""What a person may do in an organisation: predicates over their memberships.

The memberships of a person are read once and kept on the user object, so that asking many
questions in one request costs one query.
"""

from __future__ import annotations

import uuid
from typing import Any

from accounts.enums import Capability, Role
from accounts.roles import ORGANISATION_WIDE_ROLES, ROLE_CAPABILITIES, STAFF_ROLES

_CACHE = "_roles_by_organisation"


def roles_of(user: Any) -> dict[uuid.UUID, Role]:
    """Organisation id -> role, for a signed-in, active person; empty for everybody else."""
    if user is None or not user.is_authenticated or not user.is_active:
        return {}
    if not hasattr(user, _CACHE):
        memberships = user.memberships.active().values_list("organisation_id", "role")
        setattr(user, _CACHE, {organisation_id: Role(role) for organisation_id, role in memberships})
    roles: dict[uuid.UUID, Role] = getattr(user, _CACHE)
    return roles


def forget_roles(user: Any) -> None:
    """Drop what was read, after a membership of this person changed."""
    if hasattr(user, _CACHE):
        delattr(user, _CACHE)


def is_operator(user: Any) -> bool:
    """The superuser who runs the installation."""
    return bool(user is not None and user.is_active and user.is_superuser)


def has_capability(user: Any, capability: Capability, organisation_id: uuid.UUID) -> bool:
    """Whether the person's role in the organisation carries the capability."""
    if is_operator(user):
        return True
    role = roles_of(user).get(organisation_id)
    return role is not None and capability in ROLE_CAPABILITIES[role]


def is_organisation_wide(user: Any, organisation_id: uuid.UUID) -> bool:
    """Whether the person's role reaches every department of the organisation."""
    return is_operator(user) or roles_of(user).get(organisation_id) in ORGANISATION_WIDE_ROLES


def is_staff_of(user: Any, organisation_id: uuid.UUID) -> bool:
    return is_operator(user) or roles_of(user).get(organisation_id) in STAFF_ROLES


def organisations_where(user: Any, capability: Capability) -> list[uuid.UUID]:
    """The organisations in which the person has the capability."""
    return [
        organisation for organisation, role in roles_of(user).items() if capability in ROLE_CAPABILITIES[role]
    ]


def has_capability_anywhere(user: Any, capability: Capability) -> bool:
    """Whether any of the person's roles carries the capability."""
    return is_operator(user) or bool(organisations_where(user, capability))


def staffed_organisations(user: Any) -> list[uuid.UUID]:
    """The organisations in which the person works."""
    return [organisation for organisation, role in roles_of(user).items() if role in STAFF_ROLES]


def may_enter_console(user: Any) -> bool:
    """Active people who are marked as staff and have a role that works; residents never."""
    if user is None or not user.is_active or not user.is_staff:
        return False
    return is_operator(user) or bool(staffed_organisations(user))
