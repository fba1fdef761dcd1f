from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.enums import Capability
from accounts.permissions import has_capability, has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ScopedModelAdmin
from tickets.desk import has_projects
from tickets.models import Project


@admin.register(Project)
class ProjectAdmin(ScopedModelAdmin):
    menu = MenuEntry(MenuGroup.WORK, "folder_open", 40)
    list_display = ("name", "is_archived", "created_at")
    list_filter = ("is_archived",)
    search_fields = ("name",)
    ordering = ("name", "pk")
    fields = ("organisation", "name", "description", "is_archived")

    def may_view(self, user: Any, row: Any = None) -> bool:
        return has_capability_anywhere(user, Capability.WORK_ON_TICKETS) or has_capability_anywhere(
            user, Capability.VIEW_ALL_TICKETS
        )

    def is_in_menu(self, user: Any) -> bool:
        return self.may_change(user) or has_projects(user)

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return self.may_add(user)
        return has_capability(user, Capability.MANAGE_ORGANISATION, row.organisation_id)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organisation",) if obj else ()
