"""The points ledger."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from accountability.admin.reach import sees_work
from accountability.models import PointsEntry
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin
from departments.admin.filters import DepartmentFilter


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    menu = MenuEntry(MenuGroup.OVERSIGHT, "military_tech", 30, gettext_lazy("Points"))
    list_display = ("occurred_at", "department", "person", "points", "rule_title", "ticket_link")
    list_filter = (DepartmentFilter, ("occurred_at", RangeDateFilter))
    search_fields = ("event__ticket__reference", "person__full_name")
    ordering = ("-occurred_at", "-pk")
    fields = ("occurred_at", "department", "person", "points", "rule_title", "ticket_link")

    def may_view(self, user: Any, row: Any = None) -> bool:
        return sees_work(user)

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
