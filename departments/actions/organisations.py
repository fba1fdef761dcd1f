"""An organisation signs up and works at once: a department, its hours, a secret, and admins."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from accounts.actions.keys import FOUNDING_KEY, IssuedKey, issue_key
from accounts.actions.organisations import new_organisation
from accounts.actions.sign_up import create_account
from accounts.enums import Capability, Role, Scope
from accounts.models import Membership, Organisation, User
from accounts.permissions import has_capability
from common.errors import NotAllowed
from departments.actions.members import add_desk
from departments.models import Calendar, Department, DepartmentMember, Stage
from departments.queries import first_department

logger = logging.getLogger(__name__)

FIRST_DEPARTMENT = "support"
CAPACITY_OF_ADMINS = 50


def found_organisation(*, name: str, domain: str = "", acting_user: Any) -> IssuedKey:
    """A company with a first department that is there around the clock; its key is the secret.

    Anybody may. Raises InvalidInput, InvalidDomain, DomainTaken.
    """
    with transaction.atomic():
        organisation = new_organisation(name=name, domain=domain)
        calendar = Calendar.objects.create(
            organisation=organisation,
            name=gettext("Around the clock"),
            time_zone=organisation.time_zone,
            around_the_clock=True,
        )
        department = Department.objects.create(
            organisation=organisation, name=gettext("Support"), code=FIRST_DEPARTMENT, calendar=calendar
        )
        Stage.objects.create(department=department, name=gettext("Handling"), position=1)
        issued = issue_key(
            organisation, name=FOUNDING_KEY, scopes=list(Scope), is_secret=True, acting_user=acting_user
        )
    logger.info("Organisation %s signed up", organisation.slug)
    return issued


def sign_up_admin(
    organisation: Organisation,
    *,
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    acting_user: Any,
) -> User:
    """An organisation admin with an account of their own, free for tickets of the first department.

    The secret vouches for the address, so that tokens are given before it is confirmed. Somebody who
    has an account already is not taken over. Raises NotAllowed, WeakPassword, EmailTaken.
    """
    if not has_capability(acting_user, Capability.MANAGE_ORGANISATION, organisation.pk):
        raise NotAllowed
    with transaction.atomic():
        person = create_account(
            email=email,
            password=password,
            full_name=f"{first_name} {last_name}",
            language=organisation.language,
            acting_user=acting_user,
        )
        person.vouched_by, person.is_staff = organisation, True
        person.save(update_fields=["vouched_by", "is_staff"])
        Membership.objects.create(organisation=organisation, user=person, role=Role.ORGANISATION_ADMIN)
        department = first_department(organisation.pk)
        if department is not None:
            add_desk(DepartmentMember(department=department, user=person, capacity=CAPACITY_OF_ADMINS))
    logger.info("Organisation %s has a new admin, by %s", organisation.slug, acting_user.pk)
    return person
