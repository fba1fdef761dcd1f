from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from accounts.enums import Capability, MembershipState, OrganisationKind, Role
from accounts.permissions import is_operator, organisations_where, staffed_organisations
from accounts.roles import STAFF_ROLES
from common.identifiers import as_uuid

if TYPE_CHECKING:
    from accounts.models import ApiKey, Invitation, KeptAnswer, Membership, Organisation, User

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


class ManagedRows:
    """For querysets of rows of organisations that are there for those who look after these."""

    def of_organisation(self: Rows, organisation_id: uuid.UUID) -> Rows:  # type: ignore[misc]
        return self.filter(organisation_id=organisation_id)

    def visible_to(self: Rows, user: Any) -> Rows:  # type: ignore[misc]
        """Those of organisations that the person manages; all of them for the operator."""
        if is_operator(user):
            return self.all()
        return self.filter(organisation_id__in=organisations_where(user, Capability.MANAGE_ORGANISATION))


_IS_MUNICIPALITY = models.Case(models.When(kind=OrganisationKind.MUNICIPALITY, then=0), default=1)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def active(self) -> OrganisationQuerySet:
        return self.filter(is_active=True)

    def open_to_the_public(self) -> OrganisationQuerySet:
        """Organisations whose residents may report and whose public tickets anybody may see."""
        return self.active().filter(public_reports=True)

    def of_host_first(self, host: str) -> OrganisationQuerySet:
        """The one whose domain the host is, then municipalities, then the oldest."""
        is_its_own = models.Case(models.When(domain__iexact=host, then=0), default=1)
        return self.order_by(is_its_own, _IS_MUNICIPALITY, "created_at", "pk")

    def with_slug(self, slug: str) -> OrganisationQuerySet:
        return self.filter(slug=slug)

    def named(self, key: str) -> OrganisationQuerySet:
        """By id or slug."""
        found = as_uuid(key)
        return self.filter(pk=found) if found else self.with_slug(key)

    def municipalities_first(self) -> OrganisationQuerySet:
        return self.order_by(_IS_MUNICIPALITY, "created_at", "pk")

    def with_prefix(self, prefix: str) -> OrganisationQuerySet:
        return self.filter(reference_prefix=prefix)

    def visible_to(self, user: Any) -> OrganisationQuerySet:
        """Organisations in which a person has a role; all of them for the operator."""
        if user.is_superuser:
            return self.all()
        return self.filter(memberships__user=user.pk, memberships__is_active=True, is_active=True)

    def staffed_by(self, user: Any) -> OrganisationQuerySet:
        """Organisations in which a person works; all of them for the operator."""
        return self.all() if is_operator(user) else self.filter(pk__in=staffed_organisations(user))

    def managed_by(self, user: Any) -> OrganisationQuerySet:
        """Organisations whose settings and people the person looks after."""
        return self.granting(user, Capability.MANAGE_ORGANISATION)

    def granting(self, user: Any, capability: Capability) -> OrganisationQuerySet:
        """Organisations in which the person may do this; all of them for the operator."""
        if is_operator(user):
            return self.all()
        return self.filter(pk__in=organisations_where(user, capability))


class UserQuerySet(models.QuerySet["User"]):
    def colleagues_of(self, user: Any) -> UserQuerySet:
        """People with a membership in an organisation in which the person works."""
        if is_operator(user):
            return self.filter(is_service=False)
        organisations = staffed_organisations(user)
        memberships = self.model._meta.get_field("memberships").related_model._default_manager
        theirs = memberships.filter(user_id=models.OuterRef("pk"), organisation_id__in=organisations)
        return self.filter(models.Exists(theirs))

    def with_email(self, email: str) -> UserQuerySet:
        return self.filter(email__iexact=email)

    def with_confirmed_phone(self, phone: str) -> UserQuerySet:
        """Whose number it is for certain: the one person who has typed a code sent there."""
        return self.filter(phone=phone, phone_is_confirmed=True)

    def never_confirmed(self, *, before: datetime) -> UserQuerySet:
        """Accounts opened with a number alone, whose code nobody typed: no one can sign in with them."""
        waiting = self.filter(email=None, phone_is_confirmed=False, last_login=None, is_active=True)
        return waiting.filter(phone__isnull=False, memberships=None, vouched_by=None, date_joined__lt=before)

    def by_name(self) -> UserQuerySet:
        return self.order_by("full_name", "pk")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        return self.filter(is_active=True, user__is_active=True, organisation__is_active=True)

    def admins(self) -> MembershipQuerySet:
        return self.filter(role=Role.ORGANISATION_ADMIN)

    def of_staff(self) -> MembershipQuerySet:
        return self.filter(role__in=STAFF_ROLES)

    def of_user(self, user: User) -> MembershipQuerySet:
        return self.filter(user=user)

    def of_person(self, user_id: uuid.UUID) -> MembershipQuerySet:
        return self.filter(user_id=user_id)

    def with_email(self, email: str) -> MembershipQuerySet:
        return self.filter(user__email__iexact=email)

    def in_states(self, states: Iterable[MembershipState]) -> MembershipQuerySet:
        """The same as `Membership.state`."""
        works = models.Q(is_active=True, user__is_active=True)
        invited = ~works & models.Q(invitation__isnull=False, invitation__joined_at__isnull=True)
        asked = {
            MembershipState.ACTIVE: works,
            MembershipState.INVITED: invited,
            MembershipState.INACTIVE: ~works & ~invited,
        }
        return self.filter(reduce(or_, (asked[state] for state in states), models.Q(pk__in=[])))

    def with_id(self, key: uuid.UUID) -> MembershipQuerySet:
        """Of the person with this id, or of whom this id stood for before they joined."""
        return self.filter(models.Q(user_id=key) | models.Q(invitation__pk=key))

    def matching(self, words: str) -> MembershipQuerySet:
        """People with these letters in their name, or with this address."""
        named = models.Q(user__full_name__icontains=words)
        return self.filter(
            named | models.Q(user__email__iexact=words) | models.Q(invitation__email__iexact=words)
        )

    def of_organisation(self, organisation_id: uuid.UUID) -> MembershipQuerySet:
        return self.filter(organisation_id=organisation_id)

    def in_organisations(self, organisation_ids: list[uuid.UUID]) -> MembershipQuerySet:
        return self.filter(organisation_id__in=organisation_ids)

    def visible_to(self, user: Any) -> MembershipQuerySet:
        """Memberships of organisations in which the person works; all of them for the operator."""
        return self.all() if is_operator(user) else self.in_organisations(staffed_organisations(user))

    def outside(self, organisation_ids: list[uuid.UUID]) -> MembershipQuerySet:
        return self.exclude(organisation_id__in=organisation_ids)

    def with_people(self) -> MembershipQuerySet:
        return self.select_related("user", "organisation").order_by("user__full_name", "pk")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> InvitationQuerySet:
        """Not accepted yet, whether or not it is too old by now."""
        return self.filter(joined_at__isnull=True)


class ApiKeyQuerySet(ManagedRows, models.QuerySet["ApiKey"]):
    def with_prefix(self, prefix: str) -> ApiKeyQuerySet:
        return self.filter(prefix=prefix)

    def secrets(self) -> ApiKeyQuerySet:
        """The keys that organisations got when they signed up, and their successors."""
        return self.filter(is_secret=True)

    def live(self, at: datetime) -> ApiKeyQuerySet:
        """Neither revoked nor expired then. The same as `ApiKey.is_live`."""
        endless = models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=at)
        return self.filter(endless, revoked_at__isnull=True)

    def not_used_since(self, moment: datetime) -> ApiKeyQuerySet:
        return self.filter(models.Q(last_used_at__isnull=True) | models.Q(last_used_at__lt=moment))

    def newest_first(self) -> ApiKeyQuerySet:
        return self.order_by("-created_at", "-pk")


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def named(self, name: str) -> KeptAnswerQuerySet:
        return self.filter(name=name)

    def younger_than(self, moment: datetime) -> KeptAnswerQuerySet:
        return self.filter(created_at__gt=moment)

    def older_than(self, moment: datetime) -> KeptAnswerQuerySet:
        return self.filter(created_at__lte=moment)
