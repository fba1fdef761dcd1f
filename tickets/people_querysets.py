"""Chainable questions about the people of a ticket: supporters, followers, who wants to be called."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from accounts.contacts import Contact, ContactKind
from accounts.enums import Capability
from accounts.permissions import is_operator, organisations_where
from tickets.enums import CallbackState

if TYPE_CHECKING:
    from tickets.models import Callback, Follow, Support


class CallbackQuerySet(models.QuerySet["Callback"]):
    def visible_to(self, user: Any) -> CallbackQuerySet:
        """Of the tickets that the person works with, where they may see who reported."""
        if is_operator(user):
            return self.all()
        tickets: Any = self.model._meta.get_field("ticket").related_model._default_manager
        reachable = tickets.visible_to_staff(user).filter(
            organisation_id__in=organisations_where(user, Capability.VIEW_REPORTERS)
        )
        return self.filter(ticket__in=reachable)

    def of_organisation(self, organisation_id: uuid.UUID) -> CallbackQuerySet:
        return self.filter(ticket__organisation_id=organisation_id)

    def of_person(self, key: uuid.UUID) -> CallbackQuerySet:
        return self.filter(person_id=key)

    def open(self) -> CallbackQuerySet:
        return self.filter(state=CallbackState.OPEN)

    def due_by(self, now: datetime) -> CallbackQuerySet:
        """Those that may be called by now."""
        return self.filter(call_after__lte=now)

    def with_key(self, key: uuid.UUID) -> CallbackQuerySet:
        return self.filter(pk=key)

    def with_people(self) -> CallbackQuerySet:
        related = self.select_related("ticket", "person", "taken_by")
        return related.defer("ticket__search", "ticket__description")


class SupportQuerySet(models.QuerySet["Support"]):
    def by(self, user: Any) -> SupportQuerySet:
        return self.filter(user_id=user.pk)

    def of_people(self, keys: Iterable[uuid.UUID]) -> SupportQuerySet:
        return self.filter(user_id__in=list(keys))

    def with_key(self, key: uuid.UUID) -> SupportQuerySet:
        return self.filter(pk=key)

    def of_visitors(self) -> SupportQuerySet:
        """Of people without an account, who typed a code."""
        return self.exclude(contact="")

    def of_contact(self, *contacts: str) -> SupportQuerySet:
        """What visitors said with one of these numbers and addresses."""
        return self.filter(contact__in=[contact for contact in contacts if contact])

    def reached_at(self, contact: Contact) -> SupportQuerySet:
        """Of whoever is reached there: a visitor, somebody with an account, or who reported a duplicate."""
        if contact.kind == ContactKind.PHONE:
            known = Q(user__phone=contact.value, user__phone_is_confirmed=True) | Q(
                report__reporter_phone=contact.value
            )
        else:
            known = Q(user__email__iexact=contact.value) | Q(report__reporter_email__iexact=contact.value)
        return self.filter(Q(contact=contact.value) | known)

    def of_reports(self) -> SupportQuerySet:
        """Of reporters without an account, with their reports."""
        return self.filter(report__isnull=False).select_related("report").in_order()

    def in_order(self) -> SupportQuerySet:
        """The first first."""
        return self.order_by("created_at", "pk")

    def moved_from(self, ticket_id: uuid.UUID) -> SupportQuerySet:
        """Those that came with this duplicate."""
        return self.filter(moved_from_id=ticket_id)


class FollowQuerySet(models.QuerySet["Follow"]):
    def by(self, user: Any) -> FollowQuerySet:
        return self.filter(user_id=user.pk)

    def of_people(self, keys: Iterable[uuid.UUID]) -> FollowQuerySet:
        return self.filter(user_id__in=list(keys))

    def moved_from(self, ticket_id: uuid.UUID) -> FollowQuerySet:
        """Those that came with this duplicate."""
        return self.filter(moved_from_id=ticket_id)
