from __future__ import annotations

import django_filters

from common.api.filters import KeyFilter, ListFilter, YesNoFilter
from departments.models import Category, Department, Stage, Ward


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
