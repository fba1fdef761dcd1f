from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from accountability.enums import AppealState, Cause
from accountability.models import Breach, PointsAppeal, PointsEntry
from common.api.filters import KeyFilter, ListFilter, YesNoFilter
from tickets.enums import Promise


class BreachFilters(django_filters.FilterSet):
    department = KeyFilter("department", human_key="code")
    ticket = KeyFilter("ticket", human_key="reference")
    promise = ListFilter("promise", read=Promise, label=_("respond, resolve."))
    cause = ListFilter("cause", read=Cause)
    is_remedied = YesNoFilter("remedied_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Breach
        fields: list[str] = []


class PointsFilters(django_filters.FilterSet):
    department = KeyFilter("department", human_key="code")
    ticket = KeyFilter("event__ticket", human_key="reference")
    person = django_filters.UUIDFilter("person_id")
    is_departments = YesNoFilter("person", lookup_expr="isnull", label=_("Points of departments themselves."))
    rule = ListFilter("rule__code")

    class Meta:
        model = PointsEntry
        fields: list[str] = []


class AppealFilters(django_filters.FilterSet):
    state = ListFilter("state", read=AppealState, label=_("open, granted, refused."))
    person = django_filters.UUIDFilter("person_id")
    department = KeyFilter("entry__department", human_key="code")

    class Meta:
        model = PointsAppeal
        fields: list[str] = []
