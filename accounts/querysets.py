from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.enums import OrganisationKind

if TYPE_CHECKING:
    from accounts.models import Membership, Organisation, User


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def active(self) -> OrganisationQuerySet:
        return self.filter(is_active=True)

    def open_to_the_public(self) -> OrganisationQuerySet:
        """Organisations whose residents may report and whose public tickets anybody may see."""
        return self.active().filter(public_reports=True)

    def with_domain(self, domain: str) -> OrganisationQuerySet:
        return self.filter(domain__iexact=domain)

    def municipalities_first(self) -> OrganisationQuerySet:
        is_municipality = models.Case(models.When(kind=OrganisationKind.MUNICIPALITY, then=0), default=1)
        return self.order_by(is_municipality, "created_at", "pk")

    def visible_to(self, user: Any) -> OrganisationQuerySet:
        """Organisations in which a person has a role; all of them for the operator."""
        if user.is_superuser:
            return self.all()
        return self.filter(memberships__user=user.pk, memberships__is_active=True, is_active=True)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        return self.filter(is_active=True, user__is_active=True, organisation__is_active=True)

    def of_user(self, user: User) -> MembershipQuerySet:
        return self.filter(user=user)

    def of_organisation(self, organisation_id: uuid.UUID) -> MembershipQuerySet:
        return self.filter(organisation_id=organisation_id)

    def in_organisations(self, organisation_ids: list[uuid.UUID]) -> MembershipQuerySet:
        return self.filter(organisation_id__in=organisation_ids)
