"""What came in, and who is told nothing more, beside the delivery log."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability, has_capability_anywhere, is_operator
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin, ScopedModelAdmin
from notifications.inbound.enums import Became
from notifications.inbound.models import InboundMessage, OrganisationChannels, SuppressedAddress
from notifications.permissions import reads_delivery_log

_TONES = dict.fromkeys(Became.values, "info") | {
    Became.CONFIRMED.value: "success",
    Became.TICKET_OPENED.value: "success",
    Became.DISPUTED.value: "warning",
    Became.STOPPED.value: "warning",
    Became.BOUNCED.value: "danger",
    Became.IGNORED.value: "default",
}


@admin.register(InboundMessage)
class InboundMessageAdmin(ReadOnlyAdmin):
    menu = MenuEntry(MenuGroup.OVERSIGHT, "move_to_inbox", 41, _("Messages received"))
    list_display = ("received_at", "channel", "sender", "shown_outcome", "shown_ticket", "words")
    list_filter = (
        ("became", ChoicesDropdownFilter),
        ("ignored_because", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
    )
    search_fields = ("sender", "ticket__reference")
    ordering = ("-received_at", "-pk")
    fields = (
        "received_at",
        "channel",
        "sender",
        "person",
        "sent_to",
        "became",
        "ignored_because",
        "shown_ticket",
        "text",
        "answer",
        "answered_at",
        "provider_id",
    )

    def may_view(self, user: Any, row: Any = None) -> bool:
        return reads_delivery_log(user)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).for_list()  # type: ignore[attr-defined]

    @display(description=_("became"), label=_TONES)
    def shown_outcome(self, message: InboundMessage) -> tuple[str, str]:
        """For what was ignored the reason, which says it all."""
        words = message.get_ignored_because_display() or message.get_became_display()
        return message.became, words

    @display(description=_("text"))
    def words(self, message: InboundMessage) -> str:
        return Truncator(message.text).chars(60)

    @display(description=_("ticket"))
    def shown_ticket(self, message: InboundMessage) -> SafeString | str:
        if message.ticket is None:
            return ""
        return format_html(
            '<a class="c-reference" href="{}">{}</a>',
            reverse("admin:tickets_ticket_change", args=[message.ticket.pk]),
            message.ticket.reference,
        )


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(ScopedModelAdmin):
    """For the operator, who lets an address in again that was stopped by a provider's mistake."""

    menu = MenuEntry(MenuGroup.OVERSIGHT, "notifications_off", 42, _("Stopped addresses"))
    list_display = ("address", "channel", "reason", "since")
    list_filter = (("reason", ChoicesDropdownFilter), ("channel", ChoicesDropdownFilter))
    search_fields = ("address",)
    ordering = ("-since", "-pk")
    readonly_fields = ("address", "channel", "reason", "since")

    def may_view(self, user: Any, row: Any = None) -> bool:
        return is_operator(user)

    def may_delete(self, user: Any, row: Any = None) -> bool:
        return is_operator(user)


@admin.register(OrganisationChannels)
class OrganisationChannelsAdmin(ScopedModelAdmin):
    """The organisation's own addresses: where reports come in by mail, and its WhatsApp number."""

    menu = MenuEntry(MenuGroup.PEOPLE, "forum", 31, _("Channels"))
    list_display = ("organisation", "mail_address", "whatsapp_from")
    ordering = ("organisation__name", "pk")
    fields = ("organisation", "mail_address", "whatsapp_from")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organisation",) if obj else ()

    def may_view(self, user: Any, row: Any = None) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return self.may_add(user)
        return has_capability(user, Capability.MANAGE_ORGANISATION, row.organisation_id)
