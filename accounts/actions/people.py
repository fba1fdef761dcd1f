"""Who works in an organisation: change their role, let them go. Inviting them is `invitations`."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Capability, Role
from accounts.leaving import leave_work
from accounts.models import Invitation, Membership, User
from accounts.permissions import forget_roles, has_capability, is_operator, organisations_where
from accounts.roles import STAFF_ROLES
from common.errors import DomainError, InvalidInput, NotAllowed


class AlreadyMember(InvalidInput):
    code = "already_member"
    sentence = gettext_lazy("This person is already a member of the organisation.")


class OwnMembership(DomainError):
    code = "own_membership"
    sentence = gettext_lazy("You cannot change your own role. Ask another organisation admin.")


class LastAdmin(DomainError):
    code = "last_admin"
    sentence = gettext_lazy("This is the last organisation admin. Make somebody else an admin first.")


class NotJoined(DomainError):
    code = "not_joined"
    sentence = gettext_lazy("This person has not accepted the invitation yet.")


class SignsInWithPhone(DomainError):
    code = "signs_in_with_phone"
    sentence = gettext_lazy("This person signs in with their number: only they can change it.")


def change_membership(membership: Membership, *, role: Role, is_active: bool, acting_user: Any) -> Membership:
    """Change somebody's role, let them go, or have them back.

    Raises NotAllowed, OwnMembership, LastAdmin, NotJoined.
    """
    check_manages(acting_user, membership.organisation_id)
    with transaction.atomic():
        if not is_active or role != Role.ORGANISATION_ADMIN:
            refuse_last_admin([membership.organisation_id], membership.user_id)
        # The membership alone: whoever is being given a ticket at this moment needs the person's row.
        rows = Membership.objects.select_for_update(of=("self",)).select_related("user")
        locked = rows.get(pk=membership.pk)
        if locked.user_id == acting_user.pk and (locked.role, locked.is_active) != (role, is_active):
            raise OwnMembership
        if is_active and Invitation.objects.waiting().filter(membership=locked).exists():
            raise NotJoined(field="is_active")
        if locked.is_active and not (is_active and role in STAFF_ROLES):
            leave_work(locked.user, [locked.organisation_id], acting_user=acting_user)
        locked.role = role
        locked.is_active = is_active
        locked.save(update_fields=["role", "is_active"])
        mark_staff(locked.user)
    return locked


def refuse_last_admin(organisation_ids: list[uuid.UUID], user_id: uuid.UUID) -> None:
    """Raises LastAdmin where nobody but this person is an organisation admin.

    Locks the admins' memberships until the transaction ends, so that two admins who let each other
    go at the same moment do not both succeed.
    """
    admins = Membership.objects.in_organisations(organisation_ids).active().admins()
    rows = admins.order_by("pk").select_for_update(of=("self",))
    by_organisation: dict[uuid.UUID, set[uuid.UUID]] = {}
    for organisation_id, admin_id in rows.values_list("organisation_id", "user_id"):
        by_organisation.setdefault(organisation_id, set()).add(admin_id)
    if any(people == {user_id} for people in by_organisation.values()):
        raise LastAdmin


def refuse_last_admin_of_any(person: User) -> None:
    """The same for every organisation of a person whose account ends. In the caller's transaction."""
    memberships = Membership.objects.of_user(person).active().admins()
    refuse_last_admin(list(memberships.values_list("organisation_id", flat=True)), person.pk)


def mark_staff(user: User) -> None:
    """The flag that opens the console follows from the roles; the operator always has it."""
    forget_roles(user)
    works = Membership.objects.active().of_user(user).values_list("role", flat=True)
    is_staff = user.is_superuser or any(Role(role) in STAFF_ROLES for role in works)
    if is_staff != user.is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])


def check_manages(acting_user: Any, organisation_id: uuid.UUID) -> None:
    """Raises NotAllowed."""
    if not has_capability(acting_user, Capability.MANAGE_ORGANISATION, organisation_id):
        raise NotAllowed


def may_edit_person(acting_user: Any, person: User) -> bool:
    """Whether somebody may change another's name and addresses: theirs alone to look after.

    Whoever belongs to another organisation too, or runs the installation, is out of reach: their
    address is also the key to what they do there.
    """
    if is_operator(acting_user):
        return True
    managed = organisations_where(acting_user, Capability.MANAGE_ORGANISATION)
    if person.is_superuser or not managed:
        return False
    memberships = Membership.objects.of_user(person)
    inside = memberships.in_organisations(managed).exists()
    return inside and not memberships.outside(managed).exists()


def change_person(person: User, *, changed: list[str], acting_user: Any) -> User:
    """Save the changed fields of a person.

    A number that somebody else has typed is not confirmed. Raises LastAdmin, NotAllowed for who is not theirs
    alone, and SignsInWithPhone.
    """
    if not may_edit_person(acting_user, person):
        raise NotAllowed(_("This person belongs to another organisation too: only they can change this."))
    if "phone" in changed:
        if person.phone_is_confirmed and not person.email:
            raise SignsInWithPhone(field="phone")
        person.phone_is_confirmed = False
        changed = [*changed, "phone_is_confirmed"]
    with transaction.atomic():
        if "is_active" in changed and not person.is_active:
            refuse_last_admin_of_any(person)
            organisations = Membership.objects.of_user(person).values_list("organisation_id", flat=True)
            leave_work(person, list(organisations), acting_user=acting_user)
        person.save(update_fields=changed)
    return person
