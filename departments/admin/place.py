"""Regions, wards and suburbs: loaded with the city, read here, names corrected at most."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability, has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ScopedModelAdmin
from departments.models import Region, Suburb, Ward


class PlaceAdmin(ScopedModelAdmin):
    """What the city's data says; only names are corrected by hand."""

    editable: tuple[str, ...] = ("name",)

    def is_in_menu(self, user: Any) -> bool:
        return self.may_change(user) or has_capability_anywhere(user, Capability.VIEW_REPORTS)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)
        return has_capability(user, Capability.MANAGE_ORGANISATION, row.organisation_id)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in self.fields or () if name not in self.editable]


@admin.register(Region)
class RegionAdmin(PlaceAdmin):
    menu = MenuEntry(MenuGroup.PLACES, "map", 10)
    list_display = ("name", "number")
    search_fields = ("name",)
    ordering = ("number", "pk")
    fields = ("organisation", "number", "name")


@admin.register(Ward)
class WardAdmin(PlaceAdmin):
    menu = MenuEntry(MenuGroup.PLACES, "polyline", 20)
    list_display = ("name", "number", "region", "population", "is_approximate")
    list_select_related = ("region",)
    search_fields = ("name", "=number")
    ordering = ("number", "pk")
    editable = ("name", "population")
    fields = (
        "organisation",
        "number",
        "name",
        "region",
        "population",
        "latitude",
        "longitude",
        "is_approximate",
        "source",
        "shaped_at",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the shapes: a hundred of them weigh megabytes."""
        return super().get_queryset(request).defer("shape")


@admin.register(Suburb)
class SuburbAdmin(PlaceAdmin):
    menu = MenuEntry(MenuGroup.PLACES, "home_pin", 30)
    list_display = ("name", "ward_name", "latitude", "longitude")
    list_select_related = ("ward",)
    search_fields = ("name",)
    ordering = ("name", "pk")
    fields = ("organisation", "name", "ward", "latitude", "longitude", "source")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("ward__shape")

    @display(description=_("ward"), ordering="ward__number")
    def ward_name(self, suburb: Suburb) -> str:
        return str(suburb.ward or "–")
