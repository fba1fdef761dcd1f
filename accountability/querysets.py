from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import TruncMonth

from accountability.enums import AppealState
from accounts.enums import Capability
from accounts.permissions import is_operator, organisations_where, staffed_organisations
from departments.permissions import departments_of

if TYPE_CHECKING:
    from accountability.models import Breach, PointsAppeal, PointsEntry, PointsRule


def _within_reach(user: Any) -> Q:
    """Rows of own departments, and of organisations of which the person sees everything."""
    whole = organisations_where(user, Capability.VIEW_ALL_TICKETS)
    own = organisations_where(user, Capability.VIEW_DEPARTMENT_TICKETS)
    return Q(organisation_id__in=whole) | Q(
        organisation_id__in=own, department_id__in=list(departments_of(user))
    )


class BreachQuerySet(models.QuerySet["Breach"]):
    def visible_to(self, user: Any) -> BreachQuerySet:
        return self.all() if is_operator(user) else self.filter(_within_reach(user))

    def of_organisation(self, organisation_id: uuid.UUID) -> BreachQuerySet:
        return self.filter(organisation_id=organisation_id)

    def in_department(self, department_id: uuid.UUID) -> BreachQuerySet:
        return self.filter(department_id=department_id)

    def of_promise(self, promise: str) -> BreachQuerySet:
        return self.filter(promise=promise)

    def between(self, start: datetime, end: datetime) -> BreachQuerySet:
        return self.filter(breached_at__gte=start, breached_at__lt=end)

    def with_key(self, key: uuid.UUID) -> BreachQuerySet:
        return self.filter(pk=key)

    def without_remedy(self) -> BreachQuerySet:
        return self.filter(remedied_at__isnull=True)

    def remedy_overdue(self, since: datetime) -> BreachQuerySet:
        """Recorded at this moment or before, and still without a remedy."""
        return self.without_remedy().filter(created_at__lte=since)

    def to_remind(self, now: datetime) -> BreachQuerySet:
        """Whose next reminder is due, the longest waiting first; only where an account is kept."""
        due = self.filter(remind_at__lte=now, organisation__accountability_enabled=True)
        return due.order_by("remind_at", "pk")

    def to_remind_behind(self, at: datetime, key: uuid.UUID) -> BreachQuerySet:
        """Behind a place of `to_remind`."""
        return self.filter(Q(remind_at__gt=at) | Q(pk__gt=key), remind_at__gte=at)

    def of_tickets(self, ticket_ids: Iterable[uuid.UUID]) -> BreachQuerySet:
        return self.filter(ticket_id__in=list(ticket_ids))

    def newest_first(self) -> BreachQuerySet:
        return self.order_by("-breached_at", "-pk")

    def for_list(self) -> BreachQuerySet:
        return self.select_related("ticket", "department", "assignee", "remedied_by")


class PointsRuleQuerySet(models.QuerySet["PointsRule"]):
    def visible_to(self, user: Any) -> PointsRuleQuerySet:
        """Whoever works there reads by what points are given."""
        return (
            self.all() if is_operator(user) else self.filter(organisation_id__in=staffed_organisations(user))
        )

    def not_replaced(self) -> PointsRuleQuerySet:
        return self.filter(retired_at__isnull=True)

    def replaced(self) -> PointsRuleQuerySet:
        return self.filter(retired_at__isnull=False)

    def versions_of(self, rule: PointsRule) -> PointsRuleQuerySet:
        """All versions of a rule, the newest first."""
        return self.filter(organisation_id=rule.organisation_id, code=rule.code).order_by("-version")

    def in_force(self, organisation_id: uuid.UUID) -> PointsRuleQuerySet:
        return self.filter(organisation_id=organisation_id, retired_at__isnull=True)

    def of_organisation(self, organisation_id: uuid.UUID) -> PointsRuleQuerySet:
        return self.filter(organisation_id=organisation_id)

    def for_kind(self, event_kind: str) -> PointsRuleQuerySet:
        return self.filter(event_kind=event_kind)


class PointsEntryQuerySet(models.QuerySet["PointsEntry"]):
    def visible_to(self, user: Any) -> PointsEntryQuerySet:
        return self.all() if is_operator(user) else self.filter(_within_reach(user))

    def with_reversals(self) -> PointsEntryQuerySet:
        """Each with `is_reversed`: whether another entry negates it."""
        return self.annotate(is_reversed=Exists(self.model._default_manager.filter(reverses=OuterRef("pk"))))

    def of_organisation(self, organisation_id: uuid.UUID) -> PointsEntryQuerySet:
        return self.filter(organisation_id=organisation_id)

    def with_key(self, key: uuid.UUID) -> PointsEntryQuerySet:
        return self.filter(pk=key)

    def of_departments_themselves(self) -> PointsEntryQuerySet:
        return self.filter(person__isnull=True)

    def of_people(self) -> PointsEntryQuerySet:
        return self.filter(person__isnull=False)

    def in_department(self, department_id: uuid.UUID) -> PointsEntryQuerySet:
        return self.filter(department_id=department_id)

    def between(self, start: datetime, end: datetime) -> PointsEntryQuerySet:
        return self.filter(occurred_at__gte=start, occurred_at__lt=end)

    def penalties_of(self, person_id: uuid.UUID) -> PointsEntryQuerySet:
        """What somebody lost, the latest first; without reversals of rewards."""
        lost = self.filter(person_id=person_id, points__lt=0, reverses__isnull=True)
        return lost.select_related("department").order_by("-occurred_at", "pk")

    def for_list(self) -> PointsEntryQuerySet:
        return self.select_related("rule", "event__ticket", "department", "person")

    def rewards_for(self, ticket_ids: Iterable[uuid.UUID]) -> PointsEntryQuerySet:
        """What tickets have earned anybody, reversed or not."""
        return self.filter(event__ticket_id__in=list(ticket_ids), points__gt=0, reverses__isnull=True)

    def earned_by_events(self, event_ids: Iterable[uuid.UUID]) -> PointsEntryQuerySet:
        """What events were worth, without what was reversed later."""
        return self.filter(event_id__in=list(event_ids), reverses__isnull=True)

    def as_earned(self) -> Iterator[tuple[Any, ...]]:
        """What no two of them have in common: rule, event, department, person."""
        return self.values_list("rule_id", "event_id", "department_id", "person_id").iterator()

    def rewarding(self, people: Iterable[uuid.UUID | None], *, by: Iterable[str]) -> PointsEntryQuerySet:
        """What people were rewarded by rules of these codes, in whatever version, reversed or not."""
        return self.filter(
            person_id__in=list(people), rule__code__in=list(by), points__gt=0, reverses__isnull=True
        )

    def by_month(self, zone: ZoneInfo) -> Iterator[tuple[str, uuid.UUID, datetime, int]]:
        """(rule's code, person, month, points) in the months of a time zone."""
        month = TruncMonth("occurred_at", tzinfo=zone)
        rows = self.values_list("rule__code", "person_id", month).annotate(total=Sum("points"))
        return rows.order_by().iterator()

    def reversing(self, entry_id: uuid.UUID) -> PointsEntryQuerySet:
        """The entry that negates this one, if any."""
        return self.filter(reverses_id=entry_id)


class PointsAppealQuerySet(models.QuerySet["PointsAppeal"]):
    def visible_to(self, user: Any) -> PointsAppealQuerySet:
        """One's own, and those about people for whom one answers."""
        if is_operator(user):
            return self.all()
        whole = organisations_where(user, Capability.MANAGE_ORGANISATION)
        some = organisations_where(user, Capability.MANAGE_DEPARTMENT)
        return self.filter(
            Q(person_id=user.pk)
            | Q(organisation_id__in=whole)
            | Q(organisation_id__in=some, entry__department_id__in=list(departments_of(user)))
        )

    def of_organisation(self, organisation_id: uuid.UUID) -> PointsAppealQuerySet:
        return self.filter(organisation_id=organisation_id)

    def with_key(self, key: uuid.UUID) -> PointsAppealQuerySet:
        return self.filter(pk=key)

    def for_list(self) -> PointsAppealQuerySet:
        return self.select_related(
            "entry__rule", "entry__event__ticket", "entry__department", "person", "decided_by"
        )

    def in_department(self, department_id: uuid.UUID) -> PointsAppealQuerySet:
        return self.filter(entry__department_id=department_id)

    def of_entry(self, entry_id: uuid.UUID) -> PointsAppealQuerySet:
        return self.filter(entry_id=entry_id)

    def undecided(self) -> PointsAppealQuerySet:
        return self.filter(state=AppealState.OPEN)
