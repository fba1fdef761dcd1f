"""Filters whose choices are the rows that the reader reaches, and no others."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from departments.queries import departments_to_choose_from


class DepartmentFilter(DropdownFilter):
    title = _("department")
    parameter_name = "department"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(row.pk), row.name) for row in departments_to_choose_from(request.user)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """An unknown department shows nothing, rather than everything."""
        if not self.value():
            return queryset
        known = {key for key, _name in self.lookup_choices}
        return queryset.in_department(self.value()) if self.value() in known else queryset.none()
