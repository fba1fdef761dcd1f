"""What a person, or a program with a key, may do in an organisation.

The memberships of a person are read once and kept on the user object, so that asking many
questions in one request costs one query.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from accounts.enums import Capability, Role
from accounts.roles import (
    ORGANISATION_WIDE_ROLES,
    ROLE_CAPABILITIES,
    STAFF_ROLES,
    capabilities_of_scopes,
)

_CACHE = "_roles_by_organisation"
_KEY = "_presented_key"


def roles_of(user: Any) -> dict[uuid.UUID, Role]:
    """Organisation id -> role, for a signed-in, active person; empty for everybody else."""
    if user is None or not user.is_authenticated or not user.is_active:
        return {}
    if not hasattr(user, _CACHE):
        memberships = user.memberships.active().values_list("organisation_id", "role")
        setattr(user, _CACHE, {organisation_id: Role(role) for organisation_id, role in memberships})
    roles: dict[uuid.UUID, Role] = getattr(user, _CACHE)
    return roles


def remember_roles(user: Any, roles: Mapping[uuid.UUID, Role]) -> None:
    """What `roles_of` would read, for who reads the roles of many people at once."""
    setattr(user, _CACHE, dict(roles))


def forget_roles(user: Any) -> None:
    """Drop what was read, after a membership of this person changed."""
    if hasattr(user, _CACHE):
        delattr(user, _CACHE)


def is_operator(user: Any) -> bool:
    """The superuser who runs the installation."""
    return bool(user is not None and user.is_active and user.is_superuser)


def present_key(user: Any, key: Any) -> None:
    """Remember the key that a request came with. Only authentication calls this, for the key's own user."""
    setattr(user, _KEY, key)


def presented_key(user: Any) -> Any:
    """The key that the request came with; None for people. Read from the database nobody has one."""
    return getattr(user, _KEY, None)


def capabilities_of(user: Any, organisation_id: uuid.UUID) -> frozenset[Capability]:
    """What a person by their role, or a key by its scopes, may do in the organisation."""
    if is_operator(user):
        return frozenset(Capability)
    key = presented_key(user)
    if key is not None:
        is_own = key.organisation_id == organisation_id
        return capabilities_of_scopes(key.scopes) if is_own else frozenset()
    role = roles_of(user).get(organisation_id)
    return frozenset() if role is None else ROLE_CAPABILITIES[role]


def has_capability(user: Any, capability: Capability, organisation_id: uuid.UUID) -> bool:
    """Whether the person's role, or the key's scopes, carry the capability in the organisation."""
    return capability in capabilities_of(user, organisation_id)


def is_organisation_wide(user: Any, organisation_id: uuid.UUID) -> bool:
    """Whether what the person may do reaches every department of the organisation. A key's does."""
    if is_operator(user):
        return True
    key = presented_key(user)
    if key is not None:
        return bool(key.organisation_id == organisation_id)
    return roles_of(user).get(organisation_id) in ORGANISATION_WIDE_ROLES


def is_staff_of(user: Any, organisation_id: uuid.UUID) -> bool:
    """Whether the person works there. A key does not: it is nobody to whom a ticket could be given."""
    return is_operator(user) or roles_of(user).get(organisation_id) in STAFF_ROLES


def organisations_where(user: Any, capability: Capability) -> list[uuid.UUID]:
    """The organisations in which the person, or the key, has the capability."""
    key = presented_key(user)
    own = [key.organisation_id] if key is not None else list(roles_of(user))
    return [organisation for organisation in own if capability in capabilities_of(user, organisation)]


def has_capability_anywhere(user: Any, capability: Capability) -> bool:
    """Whether any of the person's roles carries the capability."""
    return is_operator(user) or bool(organisations_where(user, capability))


def staffed_organisations(user: Any) -> list[uuid.UUID]:
    """The organisations in which the person works."""
    return [organisation for organisation, role in roles_of(user).items() if role in STAFF_ROLES]


def own_organisations(user: Any) -> list[uuid.UUID]:
    """The organisations in whose name the person, or the key, comes."""
    key = presented_key(user)
    return [key.organisation_id] if key is not None else staffed_organisations(user)


def may_enter_console(user: Any) -> bool:
    """Active people who are marked as staff and have a role that works; residents never."""
    if user is None or not user.is_active or not user.is_staff:
        return False
    return is_operator(user) or bool(staffed_organisations(user))
