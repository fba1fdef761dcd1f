"""The delivery log: who was told what, by which channel, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin
from notifications.enums import NotificationState
from notifications.models import Notification

_TONES = {
    NotificationState.QUEUED: "info",
    NotificationState.SENDING: "info",
    NotificationState.ACCEPTED: "success",
    NotificationState.FAILED: "danger",
    NotificationState.SUPPRESSED: "default",
}


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    menu = MenuEntry(MenuGroup.OVERSIGHT, "outgoing_mail", 40, _("Delivery log"))
    list_display = (
        "created_at",
        "ticket",
        "event_kind",
        "audience",
        "channel",
        "address",
        "shown_state",
        "attempts",
        "last_error",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("audience", ChoicesDropdownFilter),
    )
    search_fields = ("address", "event__ticket__reference")
    ordering = ("-created_at", "-pk")
    fields = (
        "ticket",
        "event_kind",
        "audience",
        "channel",
        "recipient",
        "address",
        "language",
        "shown_state",
        "attempts",
        "created_at",
        "sent_at",
        "next_attempt_at",
        "last_error",
        "provider_reference",
    )

    def may_view(self, user: Any, row: Any = None) -> bool:
        return has_capability_anywhere(user, Capability.VIEW_ALL_TICKETS) and has_capability_anywhere(
            user, Capability.VIEW_REPORTERS
        )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).for_list()  # type: ignore[attr-defined]

    @display(description=_("ticket"))
    def ticket(self, notification: Notification) -> SafeString:
        ticket = notification.event.ticket
        return format_html(
            '<a class="c-reference" href="{}">{}</a>',
            reverse("admin:tickets_ticket_change", args=[ticket.pk]),
            ticket.reference,
        )

    @display(description=_("event"))
    def event_kind(self, notification: Notification) -> str:
        return notification.event.get_kind_display()

    @display(description=_("state"), label=_TONES)
    def shown_state(self, notification: Notification) -> tuple[str, str]:
        return notification.state, notification.get_state_display()
