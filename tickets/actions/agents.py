"""Agents: somebody is invited with their desks, changed, or let go, in one step.

What changes how much somebody can take wakes the queues that they can take from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actions.invitations import Person, invite, withdraw_invitation
from accounts.actions.people import change_membership, change_person
from accounts.enums import MembershipState, Role
from accounts.models import Membership, Organisation
from common.errors import InvalidInput
from departments.actions.desks import Desk, set_desk
from tickets.wakeups import DRAIN, wake_after_commit


def add_agent(
    organisation: Organisation, person: Person, *, role: Role, desks: Sequence[Desk] = (), acting_user: Any
) -> Membership:
    """Invite somebody; role and desks are theirs once they have joined.

    Raises what `invite` and `set_desk` do.
    """
    _check_named_once(desks)
    with transaction.atomic():
        membership = invite(organisation, person, role=role, acting_user=acting_user)
        _set_desks(membership, desks, acting_user)
    return membership


def change_agent(
    membership: Membership,
    *,
    name: str | None = None,
    role: Role | None = None,
    is_active: bool | None = None,
    desks: Sequence[Desk] = (),
    acting_user: Any,
) -> Membership:
    """Change what was named: role and working here by who manages the organisation, desks by who manages
    the department, the name of people who belong to no other organisation.

    Raises NotAllowed, InvalidInput, OwnMembership, LastAdmin, NotJoined.
    """
    _check_named_once(desks)
    with transaction.atomic():
        if role is not None or is_active is not None:
            membership = change_membership(
                membership,
                role=Role(membership.role) if role is None else role,
                is_active=membership.is_active if is_active is None else is_active,
                acting_user=acting_user,
            )
        if name is not None:
            membership.user.full_name = name
            change_person(membership.user, changed=["full_name"], acting_user=acting_user)
        _set_desks(membership, desks, acting_user)
    return membership


def let_agent_go(membership: Membership, *, acting_user: Any) -> None:
    """They work here no more; an invitation is taken back. Raises NotAllowed, OwnMembership, LastAdmin."""
    if membership.state == MembershipState.INVITED:
        withdraw_invitation(membership, acting_user=acting_user)
    else:
        change_membership(membership, role=Role(membership.role), is_active=False, acting_user=acting_user)


def _check_named_once(desks: Sequence[Desk]) -> None:
    if len({desk.department.pk for desk in desks}) < len(desks):
        raise InvalidInput(_("Name each department once."), field="departments")


def _set_desks(membership: Membership, desks: Sequence[Desk], acting_user: Any) -> None:
    for desk in desks:
        set_desk(membership, desk, acting_user=acting_user)
        wake_after_commit(DRAIN, department_id=str(desk.department.pk))
