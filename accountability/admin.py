"""The record of missed promises, with the remedy to be written, and the points ledger."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from accountability.actions.remedy import write_remedy
from accountability.models import Breach, PointsEntry
from accountability.permissions import can_write_remedy
from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin, ScopedModelAdmin
from departments.admin.filters import DepartmentFilter

_HOUR = 3600


def _sees_work(user: Any) -> bool:
    return has_capability_anywhere(user, Capability.VIEW_DEPARTMENT_TICKETS) or has_capability_anywhere(
        user, Capability.VIEW_ALL_TICKETS
    )


class RemedyFilter(admin.SimpleListFilter):
    title = gettext_lazy("remedy")
    parameter_name = "remedy"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("missing", _("still to be written"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.without_remedy() if self.value() == "missing" else queryset


@admin.register(Breach)
class BreachAdmin(ScopedModelAdmin):
    """Everything is on record; only the remedy is written here, once."""

    menu = MenuEntry(MenuGroup.OVERSIGHT, "gavel", 10, gettext_lazy("Missed promises"))
    list_display = ("breached_at", "ticket_link", "department", "assignee", "shown_cause", "shown_remedy")
    list_filter = (DepartmentFilter, RemedyFilter, ("breached_at", RangeDateFilter))
    search_fields = ("ticket__reference",)
    ordering = ("-breached_at", "-pk")
    fields = (
        "ticket_link",
        "department",
        "assignee",
        "breached_at",
        "shown_cause",
        "custody",
        "remedy_note",
        "remedied_by",
        "remedied_at",
    )

    def may_view(self, user: Any, row: Any = None) -> bool:
        return _sees_work(user)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return has_capability_anywhere(user, Capability.MANAGE_DEPARTMENT)
        return row.remedied_at is None and can_write_remedy(user, row)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).for_list()  # type: ignore[attr-defined]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who wrote the remedy, and when, once it is there."""
        written = obj is not None and obj.remedied_at is not None
        return self.fields if written else self.fields[:-2]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in self.fields if name != "remedy_note"]

    def save_model(self, request: HttpRequest, obj: Breach, form: ModelForm[Breach], change: bool) -> None:
        written = write_remedy(obj, note=form.cleaned_data["remedy_note"], acting_user=request.user)
        obj.remedied_by, obj.remedied_at = written.remedied_by, written.remedied_at

    @display(description=gettext_lazy("ticket"))
    def ticket_link(self, breach: Breach) -> SafeString:
        address = reverse("admin:tickets_ticket_change", args=[breach.ticket_id])
        return format_html('<a class="c-reference" href="{}">{}</a>', address, breach.ticket.reference)

    @display(description=gettext_lazy("cause"))
    def shown_cause(self, breach: Breach) -> str:
        return breach.get_cause_display()

    @display(description=gettext_lazy("remedy"), label={"written": "success", "missing": "warning"})
    def shown_remedy(self, breach: Breach) -> tuple[str, str]:
        return ("written", _("written")) if breach.remedied_at else ("missing", _("to be written"))

    @display(description=gettext_lazy("who held it how long"))
    def custody(self, breach: Breach) -> SafeString:
        parts = [(part["name"], _hours(part["seconds"])) for part in breach.custody_split]
        return format_html_join("", "<div>{}: {}</div>", parts)


def _hours(seconds: int) -> str:
    return _("%(hours)s working hours") % {"hours": f"{seconds / _HOUR:.1f}"}


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    menu = MenuEntry(MenuGroup.OVERSIGHT, "military_tech", 30, gettext_lazy("Points"))
    list_display = ("occurred_at", "department", "person", "points", "rule_title", "ticket_link")
    list_filter = (DepartmentFilter, ("occurred_at", RangeDateFilter))
    search_fields = ("event__ticket__reference", "person__full_name")
    ordering = ("-occurred_at", "-pk")
    fields = ("occurred_at", "department", "person", "points", "rule_title", "ticket_link")

    def may_view(self, user: Any, row: Any = None) -> bool:
        return _sees_work(user)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).for_list()  # type: ignore[attr-defined]

    @display(description=gettext_lazy("rule"))
    def rule_title(self, entry: PointsEntry) -> str:
        return _(entry.rule.title)

    @display(description=gettext_lazy("ticket"))
    def ticket_link(self, entry: PointsEntry) -> SafeString:
        ticket = entry.event.ticket
        address = reverse("admin:tickets_ticket_change", args=[ticket.pk])
        return format_html('<a class="c-reference" href="{}">{}</a>', address, ticket.reference)
