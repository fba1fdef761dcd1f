from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, OwnedForm, ScopedModelAdmin
from common.errors import DomainError
from tickets.actions.projects import (
    change_project,
    close_project,
    create_project,
    delete_project,
    reopen_project,
)
from tickets.desk import has_projects, workplaces_of
from tickets.models import Project
from tickets.permissions import can_manage_projects


@admin.register(Project)
class ProjectAdmin(ScopedModelAdmin):
    """Projects for those who work on tickets, with how much of each is still to do."""

    menu = MenuEntry(MenuGroup.WORK, "folder_open", 40)
    form = OwnedForm
    list_display = ("name", "state", "to_do", "finished", "created_at")
    search_fields = ("name",)
    ordering = ("name", "pk")
    fields = ("organisation", "name", "description")
    actions = ("close", "reopen")

    def may_view(self, user: Any, row: Any = None) -> bool:
        return has_capability_anywhere(user, Capability.WORK_ON_TICKETS) or has_capability_anywhere(
            user, Capability.VIEW_ALL_TICKETS
        )

    def is_in_menu(self, user: Any) -> bool:
        manages = has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)
        return manages or has_projects(user)

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.WORK_ON_TICKETS)

    def may_change(self, user: Any, row: Any = None) -> bool:
        return self.may_add(user) if row is None else can_manage_projects(user, row.organisation_id)

    def may_delete(self, user: Any, row: Any = None) -> bool:
        return self.may_change(user, row)

    def has_close_permission(self, request: HttpRequest) -> bool:
        return self.may_add(request.user)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_work()  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organisation",) if obj else ()

    def choices_for(self, db_field: Any, request: HttpRequest) -> Any:
        """A project is begun by whoever works on tickets there, not only by who manages the organisation."""
        if db_field.name == "organisation":
            return workplaces_of(request.user)
        return super().choices_for(db_field, request)

    # Columns

    @display(description=gettext_lazy("state"), label={"open": "success", "closed": "default"})
    def state(self, project: Project) -> tuple[str, str]:
        return ("closed", _("closed")) if project.is_closed else ("open", _("open"))

    @display(description=gettext_lazy("to do"), ordering="to_do")
    def to_do(self, project: Any) -> SafeString:
        address = reverse("admin:tickets_ticket_changelist")
        return format_html(
            '<a class="c-link" href="{}?project={}">{}</a>', address, project.pk, project.to_do
        )

    @display(description=gettext_lazy("closed tickets"), ordering="finished")
    def finished(self, project: Any) -> int:
        return int(project.finished)

    # What is done to them

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = {"name": obj.name, "description": obj.description}
        if change:
            change_project(obj, acting_user=request.user, **given)
        else:
            obj.pk = create_project(obj.organisation, acting_user=request.user, **given).pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_project(obj, acting_user=request.user)

    @admin.action(description=gettext_lazy("Close: no other tickets"), permissions=["close"])
    def close(self, request: HttpRequest, queryset: Any) -> None:
        """Closes the chosen projects; those that are closed stay so."""
        done = self._turn(request, [row for row in queryset if not row.is_closed], close_project)
        sentence = ngettext("%(count)d project is closed.", "%(count)d projects are closed.", done)
        self.message_user(request, sentence % {"count": done}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Reopen"), permissions=["close"])
    def reopen(self, request: HttpRequest, queryset: Any) -> None:
        """Opens the chosen projects; those that are open stay so."""
        done = self._turn(request, [row for row in queryset if row.is_closed], reopen_project)
        sentence = ngettext("%(count)d project is open.", "%(count)d projects are open.", done)
        self.message_user(request, sentence % {"count": done}, messages.SUCCESS)

    def _turn(self, request: HttpRequest, projects: list[Project], act: Any) -> int:
        done = 0
        for project in projects:
            try:
                act(project, acting_user=request.user)
            except DomainError as refusal:
                self.message_user(request, f"{project}: {refusal.message}", messages.ERROR)
            else:
                done += 1
        return done
