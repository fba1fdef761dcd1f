"""What lists of tickets can be narrowed by."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import NotAuthenticated, ValidationError

from accounts.enums import Capability
from accounts.permissions import organisations_where
from common.api.filters import KeyFilter, ListFilter, YesNoFilter
from common.identifiers import as_uuid
from tickets.api.words import STATUS_HELP, read_priority, read_status
from tickets.enums import Outcome, Source
from tickets.models import Project, Ticket
from tickets.querysets import TicketQuerySet

Tickets = TicketQuerySet


class TicketFilters(django_filters.FilterSet):
    """Filters by what only some may see (customer, people, tags) find only what the reader may see so."""

    id__in = ListFilter("id", read=uuid.UUID, label=gettext_lazy("Ids, separated by commas."))
    reference = ListFilter("reference", label=gettext_lazy("References, separated by commas."))
    status = ListFilter("status", read=read_status, label=STATUS_HELP)
    outcome = ListFilter("outcome", read=Outcome)
    priority = ListFilter("priority", read=read_priority, label=gettext_lazy("low, medium, high, urgent."))
    source = ListFilter("source", read=Source)
    department = KeyFilter("department", human_key="code", label=gettext_lazy("Id or code."))
    category = KeyFilter("category", human_key="code", label=gettext_lazy("Id or code."))
    ward = KeyFilter("ward", human_key="number", read=int, label=gettext_lazy("Id or number."))
    stage = django_filters.UUIDFilter("stage_id")
    project = django_filters.UUIDFilter("project_id")
    assignee = django_filters.CharFilter(
        method="by_assignee", max_length=50, label=gettext_lazy("Id of a person, `me` or `none`. For staff.")
    )
    assignee_email = django_filters.CharFilter(
        method="by_assignee_email", max_length=254, label=gettext_lazy("For staff.")
    )
    customer_email = django_filters.CharFilter(
        method="by_customer_email",
        max_length=254,
        label=gettext_lazy("For those who may see reporters."),
    )
    external_ref = django_filters.CharFilter(method="by_external_ref", max_length=100)
    tag = django_filters.CharFilter(method="by_tag", max_length=40)
    mine = YesNoFilter(method="by_mine", label=gettext_lazy("Reported by me."))
    supported = YesNoFilter(method="by_supported", label=gettext_lazy("Supported by me."))
    followed = YesNoFilter(method="by_followed", label=gettext_lazy("Followed by me."))
    overdue = YesNoFilter(method="by_overdue", label=gettext_lazy("Promised for a time that is over."))
    held_too_long = YesNoFilter(
        method="by_held_too_long",
        label=gettext_lazy("With its department for longer than the department's own target. For staff."),
    )
    expired = YesNoFilter("expired_at", lookup_expr="isnull", exclude=True)
    queued = YesNoFilter("queued_at", lookup_expr="isnull", exclude=True)
    created_after = django_filters.IsoDateTimeFilter("created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter("created_at", lookup_expr="lt")
    updated_after = django_filters.IsoDateTimeFilter("updated_at", lookup_expr="gte")
    updated_before = django_filters.IsoDateTimeFilter("updated_at", lookup_expr="lt")
    due_before = django_filters.IsoDateTimeFilter("due_at", lookup_expr="lt")
    q = django_filters.CharFilter(
        method="by_words", max_length=200, label=gettext_lazy("Words in title, description or address.")
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """Withdrawn tickets have left the lists; who may see them finds them by their outcome."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["outcome"] else found.not_withdrawn()

    def by_assignee(self, tickets: Tickets, name: str, value: str) -> Tickets:
        tickets = tickets.visible_to_staff(self.request.user)
        if value == "none":
            return tickets.filter(assignee__isnull=True)
        key = self.request.user.pk if value == "me" else as_uuid(value)
        if key is None:
            raise ValidationError({name: [_("The id of a person, or me, or none.")]})
        return tickets.filter(assignee_id=key)

    def by_assignee_email(self, tickets: Tickets, name: str, value: str) -> Tickets:
        return tickets.visible_to_staff(self.request.user).filter(assignee__email__iexact=value)

    def by_customer_email(self, tickets: Tickets, name: str, value: str) -> Tickets:
        user = self.request.user
        own = tickets.filter(reporter_email__iexact=value)
        if user.is_superuser:
            return own
        where = organisations_where(user, Capability.VIEW_REPORTERS)
        seen = own.visible_to_staff(user).filter(organisation_id__in=where)
        return seen | own.reported_by(user) if user.is_authenticated else own.none()

    def by_external_ref(self, tickets: Tickets, name: str, value: str) -> Tickets:
        return self._for_staff_and_reporter(tickets.with_external_ref(value))

    def by_tag(self, tickets: Tickets, name: str, value: str) -> Tickets:
        return self._for_staff_and_reporter(tickets.tagged(value))

    def _for_staff_and_reporter(self, tickets: Tickets) -> Tickets:
        user = self.request.user
        if not user.is_authenticated:
            return tickets.none()
        return tickets.visible_to_staff(user) | tickets.reported_by(user)

    def by_mine(self, tickets: Tickets, name: str, value: bool) -> Tickets:
        return tickets.reported_by(self._signed_in()) if value else tickets

    def by_supported(self, tickets: Tickets, name: str, value: bool) -> Tickets:
        return tickets.supported_by(self._signed_in()) if value else tickets

    def by_followed(self, tickets: Tickets, name: str, value: bool) -> Tickets:
        return tickets.followed_by(self._signed_in()) if value else tickets

    def _signed_in(self) -> Any:
        if not self.request.user.is_authenticated:
            raise NotAuthenticated
        return self.request.user

    def by_overdue(self, tickets: Tickets, name: str, value: bool) -> Tickets:
        return tickets.overdue(timezone.now()) if value else tickets

    def by_held_too_long(self, tickets: Tickets, name: str, value: bool) -> Tickets:
        if not value:
            return tickets
        return tickets.visible_to_staff(self.request.user).held_too_long(timezone.now())

    def by_words(self, tickets: Tickets, name: str, value: str) -> Tickets:
        return tickets.matching(value)


class ProjectFilters(django_filters.FilterSet):
    is_closed = YesNoFilter("closed_at", lookup_expr="isnull", exclude=True)
    q = django_filters.CharFilter(
        "name", lookup_expr="icontains", max_length=100, label=gettext_lazy("Part of the name.")
    )

    class Meta:
        model = Project
        fields: list[str] = []
