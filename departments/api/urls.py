from __future__ import annotations

from typing import Any

from common.api.routing import endpoint
from departments.api.calendars import CalendarsEndpoint
from departments.api.organisations import AdminsEndpoint, OrganisationEndpoint
from departments.api.standards import StandardsEndpoint
from departments.api.views import CategoryEndpoint, DepartmentEndpoint, StageEndpoint, WardEndpoint

_LIST: dict[str, Any] = {"get": "list"}
_ONE: dict[str, Any] = {"get": "retrieve"}

_MANY: dict[str, Any] = {"get": "list", "post": "create"}
_KEPT: dict[str, Any] = {"get": "retrieve", "patch": "update", "delete": "destroy"}
_OWN: dict[str, Any] = {"post": "create", "get": "show", "patch": "update"}

urlpatterns = [
    endpoint("organisations/", OrganisationEndpoint.as_view(_OWN), "organisations"),
    endpoint("admins/", AdminsEndpoint.as_view({"post": "create"}), "admins"),
    endpoint("departments/", DepartmentEndpoint.as_view(_LIST), "departments"),
    endpoint("departments/<uuid:key>/", DepartmentEndpoint.as_view(_ONE), "department"),
    endpoint("categories/", CategoryEndpoint.as_view(_LIST), "categories"),
    endpoint("categories/<uuid:key>/", CategoryEndpoint.as_view(_ONE), "category"),
    endpoint("stages/", StageEndpoint.as_view(_LIST), "stages"),
    endpoint("stages/<uuid:key>/", StageEndpoint.as_view(_ONE), "stage"),
    endpoint("calendars/", CalendarsEndpoint.as_view(_MANY), "calendars"),
    endpoint("calendars/<uuid:key>/", CalendarsEndpoint.as_view(_KEPT), "calendar"),
    endpoint("standards/", StandardsEndpoint.as_view(_MANY), "standards"),
    endpoint("standards/<uuid:key>/", StandardsEndpoint.as_view(_KEPT), "standard"),
    endpoint("wards/", WardEndpoint.as_view(_LIST), "wards"),
    endpoint("wards/<uuid:key>/", WardEndpoint.as_view(_ONE), "ward"),
]
