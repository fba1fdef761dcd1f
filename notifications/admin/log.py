"""The delivery log: who was told what, by which channel, and what became of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.site import signed_in_user
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin
from common.errors import DomainError, NotAllowed
from notifications.actions.sending_again import NOT_ARRIVED, send_again
from notifications.admin import rules
from notifications.enums import AttemptOutcome, NotificationState
from notifications.models import Attempt, Notification, Receipt
from notifications.permissions import can_send_again, reads_delivery_log
from tickets.admin.rows import ticket_url
from tickets.admin.words import Word, badge, moment

_LOOKS = {
    NotificationState.QUEUED: ("open", "schedule_send"),
    NotificationState.HELD: ("waiting", "hourglass_top"),
    NotificationState.SENDING: ("progress", "outgoing_mail"),
    NotificationState.ACCEPTED: ("fixed", "check"),
    NotificationState.DELIVERED: ("fixed", "done_all"),
    NotificationState.BOUNCED: ("overdue", "undo"),
    NotificationState.FAILED: ("overdue", "error"),
    NotificationState.SUPPRESSED: ("quiet", "block"),
}
_ATTEMPT_LOOKS = {
    AttemptOutcome.SENDING: ("progress", "outgoing_mail"),
    AttemptOutcome.ACCEPTED: ("fixed", "check"),
    AttemptOutcome.LATER: ("expiring", "update"),
    AttemptOutcome.REFUSED: ("overdue", "error"),
    AttemptOutcome.HELD: ("waiting", "hourglass_top"),
    AttemptOutcome.SKIPPED: ("quiet", "block"),
    AttemptOutcome.LOST: ("overdue", "power_off"),
}


def state_word(message: Notification | Receipt) -> Word:
    tone, icon = _LOOKS[NotificationState(message.state)]
    return Word(capfirst(message.get_state_display()), tone, icon)


def attempt_word(attempt: Attempt) -> Word:
    tone, icon = _ATTEMPT_LOOKS[AttemptOutcome(attempt.outcome)]
    return Word(capfirst(attempt.get_outcome_display()), tone, icon)


def message_url(notification: Notification) -> str:
    return reverse("admin:notifications_notification_change", args=[notification.pk])


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Nothing is written here; what did not arrive can be sent again."""

    menu = MenuEntry(MenuGroup.OVERSIGHT, "outgoing_mail", 40, gettext_lazy("Delivery log"))
    list_display = ("summary", "to_whom", "when", "shown_state", "said")
    list_display_links = None
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("audience", ChoicesDropdownFilter),
    )
    search_fields = ("address", "event__ticket__reference")
    search_help_text = gettext_lazy("Address or reference")
    ordering = ("-created_at", "-pk")
    sortable_by = ()

    def may_view(self, user: Any, row: Any = None) -> bool:
        return reads_delivery_log(user)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).for_list()  # type: ignore[attr-defined]

    # One message

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(require_POST(self.again_view))
        name = "notifications_notification_send_again"
        rules_page = self.admin_site.admin_view(self.rules_view)
        return [
            path("<uuid:key>/send-again/", again, name=name),
            path("rules/", rules_page, name=rules.PAGE),
            *super().get_urls(),
        ]

    def rules_view(self, request: HttpRequest) -> HttpResponse:
        return rules.rules_view(request, self.admin_site.each_context(request))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if request.method == "POST":
            raise PermissionDenied
        self.get_object(request, object_id)
        message = self.get_queryset(request).for_page().get(pk=object_id)
        self.head(request)
        may_send_again = message.state in NOT_ARRIVED and can_send_again(request.user, message)
        context = self.admin_site.each_context(request) | {
            "title": _("Message"),
            "opts": self.opts,
            "message": message,
            "ticket": message.event.ticket,
            "ticket_url": ticket_url(message.event.ticket),
            "state": state_word(message),
            "tries": [_tried(attempt) for attempt in sorted(message.tries.all(), key=lambda one: one.number)],
            "carried": [(one.event.get_kind_display(), message_url(one)) for one in message.carried.all()],
            "carrier_url": message_url(message.carrier) if message.carrier else "",
            "may_send_again": may_send_again,
        }
        return TemplateResponse(request, "console/message.html", context)

    def again_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        message = self.get_object(request, str(key))
        try:
            send_again(message, acting_user=signed_in_user(request))
        except NotAllowed as refusal:
            raise PermissionDenied(refusal.message) from refusal
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("It is in the queue again."))
        return HttpResponseRedirect(message_url(message))

    # Columns

    @admin.display(description=gettext_lazy("about what"))
    def summary(self, message: Notification) -> SafeString:
        return format_html(
            '<a class="c-summary" href="{}"><strong>{}</strong> <small><span class="c-reference">{}</span> {}'
            "</small></a>",
            message_url(message),
            capfirst(message.event.get_kind_display()),
            message.event.ticket.reference,
            message.event.ticket.title,
        )

    @admin.display(description=gettext_lazy("to whom"))
    def to_whom(self, message: Notification) -> SafeString:
        return format_html(
            "{} <small>{}, {}</small>",
            message.address,
            message.get_channel_display(),
            message.get_audience_display(),
        )

    @admin.display(description=gettext_lazy("when"))
    def when(self, message: Notification) -> str:
        return moment(message.created_at)

    @admin.display(description=gettext_lazy("state"))
    def shown_state(self, message: Notification) -> SafeString:
        return badge(state_word(message))

    @admin.display(description=gettext_lazy("what the provider said"))
    def said(self, message: Notification) -> str:
        waits = message.state == NotificationState.HELD
        return message.get_hold_display() if waits else message.last_error


def _tried(attempt: Attempt) -> dict[str, Any]:
    heard = sorted(attempt.receipts.all(), key=lambda one: (one.at, one.received_at))
    return {
        "attempt": attempt,
        "word": attempt_word(attempt),
        "receipts": [(state_word(receipt), receipt) for receipt in heard],
    }
