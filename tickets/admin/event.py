"""The audit trail: every event of the organisation, never written by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin
from tickets.admin.rows import ticket_url
from tickets.desk import audit_trail
from tickets.models import TicketEvent


@admin.register(TicketEvent)
class TicketEventAdmin(ReadOnlyAdmin):
    menu = MenuEntry(MenuGroup.OVERSIGHT, "history", 90, gettext_lazy("Audit trail"))
    list_display = ("occurred_at", "what", "ticket_link", "who", "held_by", "visibility")
    list_display_links = ("occurred_at",)
    list_filter = (("kind", ChoicesDropdownFilter), ("visibility", ChoicesDropdownFilter))
    search_fields = ("ticket__reference",)
    search_help_text = gettext_lazy("Reference of a ticket")
    # Keys are ordered in time, and the primary key is the index for it.
    ordering = ("-pk",)
    sortable_by = ()
    fields = (
        "occurred_at",
        "what",
        "ticket_link",
        "who",
        "visibility",
        "note",
        "changes",
        "data",
        "department",
        "stage",
        "ticket_version",
        "position",
        "relayed_at",
    )

    readonly_fields = ("what", "ticket_link", "who")

    def get_queryset(self, request: HttpRequest) -> Any:
        return audit_trail(super().get_queryset(request))

    def may_view(self, user: Any, row: Any = None) -> bool:
        """For admins and auditors of the whole: others have each ticket's own story."""
        needed = (Capability.VIEW_ALL_TICKETS, Capability.VIEW_REPORTS)
        return all(has_capability_anywhere(user, capability) for capability in needed)

    @display(description=gettext_lazy("what"))
    def what(self, event: TicketEvent) -> str:
        return event.get_kind_display()

    @display(description=gettext_lazy("ticket"))
    def ticket_link(self, event: TicketEvent) -> str:
        return format_html(
            '<a class="c-link c-reference" href="{}">{}</a>', ticket_url(event.ticket), event.ticket.reference
        )

    @display(description=gettext_lazy("who did it"))
    def who(self, event: TicketEvent) -> str:
        """By name, except for reporters: an audit of the work needs no residents' names."""
        if event.actor is None:
            return _("the system")
        return _("the reporter") if event.actor_id == event.ticket.reporter_id else str(event.actor)

    @display(description=gettext_lazy("held by"))
    def held_by(self, event: TicketEvent) -> str:
        return str(event.department or "–")
