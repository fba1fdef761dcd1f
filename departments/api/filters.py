from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from common.api.filters import KeyFilter, ListFilter, YesNoFilter
from departments.enums import Priority
from departments.models import Calendar, Category, Department, Stage, Standard, Ward


class DepartmentFilters(django_filters.FilterSet):
    code = ListFilter("code")
    is_active = YesNoFilter("is_active")

    class Meta:
        model = Department
        fields: list[str] = []


class CategoryFilters(django_filters.FilterSet):
    code = ListFilter("code")
    department = KeyFilter("department", human_key="code")
    is_active = YesNoFilter("is_active")

    class Meta:
        model = Category
        fields: list[str] = []


class StageFilters(django_filters.FilterSet):
    department = KeyFilter("department", human_key="code")

    class Meta:
        model = Stage
        fields: list[str] = []


class WardFilters(django_filters.FilterSet):
    number = ListFilter("number", read=int)
    region = ListFilter("region__number", read=int)

    class Meta:
        model = Ward
        fields: list[str] = []


class CalendarFilters(django_filters.FilterSet):
    name = ListFilter("name")

    class Meta:
        model = Calendar
        fields: list[str] = []


class StandardFilters(django_filters.FilterSet):
    category = KeyFilter("category", human_key="code")
    department = KeyFilter("category__department", human_key="code")
    priority = ListFilter("priority", read=Priority.from_word, label=_("low, medium, high, urgent."))
    calendar = KeyFilter("calendar", human_key="name")
    is_active = YesNoFilter("is_active")

    class Meta:
        model = Standard
        fields: list[str] = []
