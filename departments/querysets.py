from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Cast, Length, Lower

from accounts.enums import Capability
from accounts.models import Membership
from accounts.permissions import is_operator, organisations_where, roles_of
from accounts.roles import STAFF_ROLES
from common.identifiers import as_uuid
from departments.presence import MINUTES_A_DAY, MINUTES_A_WEEK

if TYPE_CHECKING:
    from departments.models import (
        Calendar,
        Category,
        Department,
        DepartmentMember,
        EscalationLadder,
        Leave,
        Shift,
        Standard,
        Suburb,
        Ward,
    )

Row = TypeVar("Row", bound=models.Model)

# Where a member's shifts and leave take their local time from.
_ZONE = "department__calendar__time_zone"


class OrganisationScopedQuerySet(models.QuerySet[Row]):
    """Rows that belong to an organisation and are configuration: its members see them."""

    def of_organisation(self, organisation_id: uuid.UUID) -> Self:
        return self.filter(organisation_id=organisation_id)

    def visible_to(self, user: Any) -> Self:
        """Rows of organisations that the person is staff of; all of them for the operator."""
        if is_operator(user):
            return self.all()
        organisations = [pk for pk, role in roles_of(user).items() if role in STAFF_ROLES]
        return self.filter(organisation_id__in=organisations)

    def public_or_visible_to(self, user: Any) -> Self:
        """The same, and what residents of a public organisation may choose from."""
        if is_operator(user):
            return self.all()
        public = Q(organisation__public_reports=True, organisation__is_active=True)
        return self.filter(public | Q(organisation_id__in=list(roles_of(user))))


class CalendarQuerySet(OrganisationScopedQuerySet["Calendar"]):
    def in_force(self) -> CalendarQuerySet:
        """The version of each calendar that holds for new promises."""
        return self.filter(replaced_by__isnull=True)

    def with_name(self, name: str) -> CalendarQuerySet:
        return self.filter(name=name)

    def by_name(self) -> CalendarQuerySet:
        return self.order_by("name", "-version", "pk")

    def newest_first(self) -> CalendarQuerySet:
        return self.order_by("-version", "pk")

    def lacking_holidays_of(self, year: int) -> CalendarQuerySet:
        """Calendars that keep up with the public holidays and do not have those of the year yet."""
        return self.filter(public_holidays_until__lt=year)

    def with_rows(self) -> CalendarQuerySet:
        return self.prefetch_related("intervals", "exceptions")


class DepartmentQuerySet(OrganisationScopedQuerySet["Department"]):
    def active(self) -> DepartmentQuerySet:
        return self.filter(is_active=True)

    def by_name(self) -> DepartmentQuerySet:
        return self.order_by("name", "pk")

    def in_order_of_creation(self) -> DepartmentQuerySet:
        return self.order_by("created_at", "pk")

    def managed_by(self, user: Any) -> DepartmentQuerySet:
        """Departments whose settings the person may change."""
        if is_operator(user):
            return self.all()
        whole = organisations_where(user, Capability.MANAGE_ORGANISATION)
        own = organisations_where(user, Capability.MANAGE_DEPARTMENT)
        member = Q(organisation_id__in=own, members__user=user.pk, members__is_active=True)
        return self.filter(Q(organisation_id__in=whole) | member).distinct()

    def with_load(self, at: datetime) -> DepartmentQuerySet:
        """With how many members there are (`active`), are there at the moment, hold and can hold."""
        here = Q(members__is_active=True)
        member: Any = self.model._meta.get_field("members").related_model
        there = member._default_manager.filter(is_active=True, is_available=True).on_duty(at)
        return self.annotate(
            active=models.Count("members", filter=here),
            available=models.Count("members", filter=Q(members__in=there)),
            load=models.Sum("members__open_tickets", filter=here, default=0),
            capacity=models.Sum("members__capacity", filter=here, default=0),
        )


class CategoryQuerySet(OrganisationScopedQuerySet["Category"]):
    def active(self) -> CategoryQuerySet:
        return self.filter(is_active=True, department__is_active=True)

    def with_key(self, key: uuid.UUID) -> CategoryQuerySet:
        return self.filter(pk=key)

    def by_name(self) -> CategoryQuerySet:
        return self.order_by("name", "pk")

    def in_department(self, department_id: uuid.UUID | str) -> CategoryQuerySet:
        return self.filter(department_id=department_id)

    def named(self, keys: Sequence[str]) -> CategoryQuerySet:
        """By ids or codes, in any case."""
        ids = [found for key in keys if (found := as_uuid(key))]
        codes = [key.lower() for key in keys]
        return self.annotate(folded=Lower("code")).filter(Q(pk__in=ids) | Q(folded__in=codes))

    def by_department(self) -> CategoryQuerySet:
        related = self.select_related("department__calendar")
        return related.order_by("department__name", "department_id", "name", "pk")


class StandardQuerySet(models.QuerySet["Standard"]):
    def in_use(self) -> StandardQuerySet:
        return self.filter(is_active=True)

    def of_organisation(self, organisation_id: uuid.UUID) -> StandardQuerySet:
        return self.filter(category__organisation_id=organisation_id)

    def counted_by(self, calendar: Calendar) -> StandardQuerySet:
        """Those whose time runs in this calendar: by their own choice or as the department's."""
        own = Q(calendar=calendar)
        return self.filter(own | Q(calendar__isnull=True, category__department__calendar=calendar))

    def with_category(self) -> StandardQuerySet:
        return self.select_related("category__department__calendar", "calendar")

    def by_category(self) -> StandardQuerySet:
        return self.order_by("category__name", F("priority").asc(nulls_first=True), "pk")

    def for_category(self, category_id: uuid.UUID, priority: int) -> StandardQuerySet:
        """The standards that could apply, the one for exactly this priority before the general one."""
        matching = self.in_use().filter(
            Q(priority=priority) | Q(priority__isnull=True), category_id=category_id
        )
        return matching.select_related("calendar").order_by(F("priority").asc(nulls_last=True), "pk")


class WardQuerySet(OrganisationScopedQuerySet["Ward"]):
    def with_number(self, number: int) -> WardQuerySet:
        return self.filter(number=number)

    def by_number(self) -> WardQuerySet:
        return self.order_by("number", "pk")


class SuburbQuerySet(OrganisationScopedQuerySet["Suburb"]):
    def by_name(self) -> SuburbQuerySet:
        return self.order_by("name", "pk")

    def named_like(self, typed: str) -> SuburbQuerySet:
        """Suburbs whose name starts like what was typed, the exact one first."""
        return self.filter(name__istartswith=typed).order_by(Length("name"), "name", "pk")

    def matching(self, words: str) -> SuburbQuerySet:
        return self.filter(name__icontains=words)

    def nearest_to(self, latitude: float, longitude: float) -> SuburbQuerySet:
        """Ordered by distance from a place, nearest first. An organisation has some hundreds at most."""
        north = F("latitude") - latitude
        east = (F("longitude") - longitude) * math.cos(math.radians(latitude))
        return self.order_by(north * north + east * east, "name", "pk")


def local_time(at: datetime, zone: str) -> Func:
    """What the clocks of the outer row's time zone show at a moment; `zone` is a lookup from that row."""
    return Func(OuterRef(zone), Value(at), function="timezone", output_field=models.DateTimeField())


class ShiftQuerySet(models.QuerySet["Shift"]):
    def covering(self, at: datetime, zone: str) -> ShiftQuerySet:
        """Shifts that run at the moment, by the clocks of the outer row's `zone`."""
        local = local_time(at, zone)
        monday = Func(Value("week"), local, function="date_trunc", output_field=models.DateTimeField())
        since = Func(local, monday, function="age", output_field=models.DurationField())
        minute = Func(Value("epoch"), since, function="date_part", output_field=models.FloatField()) / 60
        week = self.alias(
            first=F("weekday") * MINUTES_A_DAY + F("starts_minute"),
            last=F("weekday") * MINUTES_A_DAY + F("ends_minute"),
        )
        # What runs from Sunday into Monday covers the beginning of the week as if it were its end.
        return week.filter(Q(first__lte=minute, last__gt=minute) | Q(last__gt=minute + MINUTES_A_WEEK))

    def in_order(self) -> ShiftQuerySet:
        return self.order_by("weekday", "starts_minute")


class LeaveQuerySet(models.QuerySet["Leave"]):
    def covering(self, at: datetime, zone: str) -> LeaveQuerySet:
        """Leave on the day of the moment, by the clocks of the outer row's `zone`."""
        today = Cast(local_time(at, zone), models.DateField())
        return self.filter(starts_on__lte=today, ends_on__gte=today)

    def with_key(self, key: uuid.UUID) -> LeaveQuerySet:
        return self.filter(pk=key)

    def not_over(self, today: date) -> LeaveQuerySet:
        return self.filter(ends_on__gte=today)

    def in_order(self) -> LeaveQuerySet:
        return self.order_by("starts_on", "pk")


class DepartmentMemberQuerySet(models.QuerySet["DepartmentMember"]):
    def active(self) -> DepartmentMemberQuerySet:
        """Members who work here now: neither they nor their place in the organisation were ended."""
        works = Membership.objects.filter(
            user_id=OuterRef("user_id"),
            organisation_id=OuterRef("department__organisation_id"),
            is_active=True,
            role__in=STAFF_ROLES,
        )
        return self.filter(Exists(works), is_active=True, user__is_active=True)

    def not_ended(self) -> DepartmentMemberQuerySet:
        return self.filter(is_active=True)

    def in_organisation(self, organisation_id: uuid.UUID) -> DepartmentMemberQuerySet:
        return self.filter(department__organisation_id=organisation_id)

    def of_department(self, department_id: uuid.UUID) -> DepartmentMemberQuerySet:
        return self.filter(department_id=department_id)

    def of_user(self, user_id: uuid.UUID) -> DepartmentMemberQuerySet:
        return self.filter(user_id=user_id)

    def of_users(self, user_ids: Iterable[uuid.UUID]) -> DepartmentMemberQuerySet:
        return self.filter(user_id__in=list(user_ids))

    def visible_to(self, user: Any) -> DepartmentMemberQuerySet:
        if is_operator(user):
            return self.all()
        organisations = [pk for pk, role in roles_of(user).items() if role in STAFF_ROLES]
        return self.filter(department__organisation_id__in=organisations)

    def on_duty(self, at: datetime) -> DepartmentMemberQuerySet:
        """Members who are on shift at the moment and not on leave. Without shifts one always is."""
        return self.filter(self._on_shift(at), ~self._on_leave(at))

    def not_on_leave(self, at: datetime) -> DepartmentMemberQuerySet:
        return self.filter(~self._on_leave(at))

    def _on_shift(self, at: datetime) -> Q:
        shifts = self._own("shifts")
        return Q(~Exists(shifts) | Exists(shifts.covering(at, _ZONE)))

    def _on_leave(self, at: datetime) -> Exists:
        return Exists(self._own("leaves").covering(at, _ZONE))

    def _own(self, relation: str) -> Any:
        """The rows that refer to the outer member."""
        rows: Any = self.model._meta.get_field(relation).related_model
        return rows._default_manager.filter(member_id=OuterRef("pk"))

    def with_presence(self, at: datetime) -> DepartmentMemberQuerySet:
        """With `is_on_shift` and `on_leave_until` (a date or None) at the moment."""
        leave = self._own("leaves").covering(at, _ZONE).values("ends_on")[:1]
        return self.annotate(
            is_on_shift=models.ExpressionWrapper(self._on_shift(at), models.BooleanField()),
            on_leave_until=models.Subquery(leave),
        )

    def taking_tickets(self, at: datetime) -> DepartmentMemberQuerySet:
        """Members who are there at the moment and can take another ticket."""
        there = self.active().filter(is_available=True, open_tickets__lt=F("capacity"))
        return there.on_duty(at)

    def able_to_take(
        self,
        *,
        department_id: uuid.UUID,
        category_id: uuid.UUID | None,
        ward_id: uuid.UUID | None,
        region_id: uuid.UUID | None,
        at: datetime,
    ) -> DepartmentMemberQuerySet:
        """Members there at the moment, with free capacity and the skills and place for such a ticket.

        A member without listed skills can do everything; one without listed regions and wards
        everywhere. The same as `departments.balancing.Seat.can_take`.
        """
        members = self.of_department(department_id).taking_tickets(at)
        skills, regions, wards = (members._listed(name) for name in ("skills", "regions", "wards"))
        skilled = ~Exists(skills) | Exists(skills.filter(category_id=category_id))
        near = Exists(regions.filter(region_id=region_id)) | Exists(wards.filter(ward_id=ward_id))
        return members.filter(skilled, near | (~Exists(regions) & ~Exists(wards)))

    def _listed(self, relation: str) -> Any:
        through = getattr(self.model, relation).through
        return through._default_manager.filter(departmentmember_id=OuterRef("pk"))

    def least_loaded_first(self) -> DepartmentMemberQuerySet:
        share = models.ExpressionWrapper(F("open_tickets") * 1.0 / F("capacity"), models.FloatField())
        return self.order_by(share, F("last_assigned_at").asc(nulls_first=True), "pk")

    def longest_waiting_first(self) -> DepartmentMemberQuerySet:
        return self.order_by(F("last_assigned_at").asc(nulls_first=True), "pk")

    def in_departments(self, department_ids: Iterable[uuid.UUID]) -> DepartmentMemberQuerySet:
        return self.filter(department_id__in=list(department_ids))

    def in_organisations(self, organisation_ids: Iterable[uuid.UUID]) -> DepartmentMemberQuerySet:
        return self.filter(department__organisation_id__in=list(organisation_ids))

    def with_key(self, key: uuid.UUID) -> DepartmentMemberQuerySet:
        return self.filter(pk=key)

    def fullest_first(self) -> DepartmentMemberQuerySet:
        share = F("open_tickets") * -1.0 / F("capacity")
        return self.order_by("-is_available", share, "user__full_name", "pk")

    def with_specialities(self) -> DepartmentMemberQuerySet:
        return self.prefetch_related("skills", "regions", "wards")

    def with_people(self) -> DepartmentMemberQuerySet:
        return self.select_related("user", "department").order_by("user__full_name", "pk")


class EscalationLadderQuerySet(OrganisationScopedQuerySet["EscalationLadder"]):
    def of(self, organisation_id: uuid.UUID, department_id: uuid.UUID | None) -> EscalationLadderQuerySet:
        """All versions of one ladder; department None is the organisation's own."""
        own = self.of_organisation(organisation_id)
        if department_id is None:
            return own.filter(department__isnull=True)
        return own.filter(department_id=department_id)

    def in_force(self) -> EscalationLadderQuerySet:
        return self.filter(retired_at__isnull=True)
