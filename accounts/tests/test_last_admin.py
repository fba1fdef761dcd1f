"""An organisation never loses its last admin, not even when two let each other go at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.actions.people import LastAdmin, change_membership, change_person
from accounts.enums import Role
from accounts.models import Membership, Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from common.errors import DomainError


def admin_of(organisation: Organisation) -> Membership:
    return MembershipFactory.create(organisation=organisation, role=Role.ORGANISATION_ADMIN)


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "is_active"), [(Role.AGENT, True), (Role.ORGANISATION_ADMIN, False)])
def test_the_last_admin_keeps_the_role(role: Role, is_active: bool) -> None:
    admin = admin_of(OrganisationFactory.create())
    admin_of(OrganisationFactory.create())
    operator = UserFactory.create(is_superuser=True)
    with pytest.raises(LastAdmin):
        change_membership(admin, role=role, is_active=is_active, acting_user=operator)
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ORGANISATION_ADMIN, True)

    admin_of(admin.organisation)
    changed = change_membership(admin, role=role, is_active=is_active, acting_user=operator)
    assert (changed.role, changed.is_active) == (role, is_active)


@pytest.mark.django_db
def test_an_admin_who_was_let_go_or_deactivated_does_not_count() -> None:
    organisation = OrganisationFactory.create()
    admin, gone, off = (admin_of(organisation) for _time in range(3))
    Membership.objects.filter(pk=gone.pk).update(is_active=False)
    User.objects.filter(pk=off.user_id).update(is_active=False)
    operator = UserFactory.create(is_superuser=True)
    with pytest.raises(LastAdmin):
        change_membership(admin, role=Role.AGENT, is_active=True, acting_user=operator)


@pytest.mark.django_db
def test_the_account_of_the_last_admin_is_not_deactivated() -> None:
    admin = admin_of(OrganisationFactory.create())
    operator = UserFactory.create(is_superuser=True)
    admin.user.is_active = False
    with pytest.raises(LastAdmin):
        change_person(admin.user, changed=["is_active"], acting_user=operator)
    assert User.objects.get(pk=admin.user_id).is_active is True


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_let_each_other_go_at_once_one_stays() -> None:
    organisation = OrganisationFactory.create()
    first, second = admin_of(organisation), admin_of(organisation)
    start = Barrier(2)

    def let_go(other: Membership, by: Membership) -> str:
        start.wait(5)
        try:
            change_membership(other, role=Role.AGENT, is_active=True, acting_user=by.user)
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(let_go, second, first), pool.submit(let_go, first, second)]
        codes = sorted(answer.result(20) for answer in answers)
    assert codes[0] == "done"
    assert codes[1] in {"last_admin", "not_allowed"}
    assert organisation.memberships.active().admins().count() == 1
