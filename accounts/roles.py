"""Role -> capabilities, and scope -> capabilities: the tables that say what each may do."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.enums import Capability, Role, Scope

C = Capability

_AGENT = {C.VIEW_DEPARTMENT_TICKETS, C.VIEW_REPORTERS, C.WORK_ON_TICKETS, C.MOVE_TICKETS}
_DEPARTMENT_ADMIN = _AGENT | {
    C.LOG_FOR_CALLER,
    C.OVERRIDE_ASSIGNMENT,
    C.WITHDRAW_TICKETS,
    C.MANAGE_DEPARTMENT,
    C.VIEW_REPORTS,
}

ROLE_CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.RESIDENT: frozenset(),
    Role.AGENT: frozenset(_AGENT),
    Role.CALL_CENTRE: frozenset({C.VIEW_ALL_TICKETS, C.VIEW_REPORTERS, C.LOG_FOR_CALLER, C.MOVE_TICKETS}),
    Role.DEPARTMENT_ADMIN: frozenset(_DEPARTMENT_ADMIN),
    Role.ORGANISATION_ADMIN: frozenset(_DEPARTMENT_ADMIN | {C.VIEW_ALL_TICKETS, C.MANAGE_ORGANISATION}),
    Role.AUDITOR: frozenset({C.VIEW_ALL_TICKETS, C.VIEW_REPORTS}),
}

# These act on every department of their organisation, not only on those they are members of.
ORGANISATION_WIDE_ROLES = frozenset({Role.CALL_CENTRE, Role.ORGANISATION_ADMIN, Role.AUDITOR})
STAFF_ROLES = frozenset(Role) - {Role.RESIDENT}
STAFF_ROLE_CHOICES = [(role.value, role.label) for role in Role if role in STAFF_ROLES]

_READ = {C.VIEW_ALL_TICKETS, C.VIEW_REPORTERS}

SCOPE_CAPABILITIES: dict[Scope, frozenset[Capability]] = {
    Scope.TICKETS_CREATE: frozenset({C.LOG_FOR_CALLER}),
    Scope.TICKETS_READ: frozenset(_READ),
    Scope.TICKETS_WRITE: frozenset(_READ | {C.WORK_ON_TICKETS, C.MOVE_TICKETS, C.WITHDRAW_TICKETS}),
    Scope.ADMIN: frozenset(Capability),
}


def capabilities_of_scopes(scopes: Iterable[str]) -> frozenset[Capability]:
    """What a key with these scopes may do."""
    return frozenset().union(*(SCOPE_CAPABILITIES[Scope(scope)] for scope in scopes))
