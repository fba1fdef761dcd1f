"""The ticket list, and the doors to the workspace, its verbs, its photos and the caller's form."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin, messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http import HttpResponseRedirect as Redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin, add_menu_entry
from common.references import MistypedReference
from tickets.admin import bulk, callers, conversations, photos, words
from tickets.admin.exchange import import_urls
from tickets.admin.filters import TICKET_FILTERS
from tickets.admin.handing_on import hand_on
from tickets.admin.my_work import change_availability
from tickets.admin.rows import ticket_url
from tickets.admin.spot import renew_spot, show_spot
from tickets.admin.workspace import show_live_parts, show_workspace, use_verb
from tickets.desk import attachment_of, reference_in, search_tickets
from tickets.enums import FileFormat
from tickets.models import Ticket

# What would otherwise narrow the list beside the words typed.
_SEARCH = "q"


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    """No field of a ticket is written here: buttons and bulk actions call `tickets.actions`."""

    menu = MenuEntry(MenuGroup.WORK, "confirmation_number", 20)
    change_list_template = "console/ticket_list.html"
    list_display = ("summary", "status_badge", "time_badge", "priority_badge", "held_by")
    list_display_links = None
    list_filter = TICKET_FILTERS
    search_fields = ("reference",)
    search_help_text = gettext_lazy("Reference, phone, name or words")
    ordering = ("-created_at", "-pk")
    sortable_by = ()
    actions = (bulk.assign_selected, bulk.transfer_selected, bulk.prioritise_selected)
    list_fullwidth = True
    list_disable_select_all = True

    def scope(self, rows: Any, user: Any) -> Any:
        return rows.visible_to_staff(user)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.for_list()

    def get_actions(self, request: HttpRequest) -> Any:
        """Only what the person's roles admit somewhere; each ticket is asked again."""
        return {
            name: action
            for name, action in super().get_actions(request).items()
            if bulk.may_try(request.user, name)
        }

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        typed = search_term.strip().replace("\x00", "")
        if not typed:
            return queryset, False
        try:
            return search_tickets(queryset, request.user, typed), False
        except MistypedReference as refusal:
            messages.warning(request, refusal.message)
            return queryset.none(), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        found = self._found_by_reference(request)
        if found is not None:
            return Redirect(ticket_url(found))
        return super().changelist_view(
            request, {"tabs": _tabs(request), "downloads": _downloads(request), **(extra_context or {})}
        )

    def _found_by_reference(self, request: HttpRequest) -> Ticket | None:
        """The one ticket that a whole reference names: its page says more than a list of one."""
        typed = request.GET.get(_SEARCH, "").strip()
        if request.method != "GET" or not typed:
            return None
        try:
            reference = reference_in(request.user, typed)
        except MistypedReference:
            return None
        found: Ticket | None = (
            self.get_queryset(request).with_reference(reference).first() if reference else None
        )
        return found

    # One ticket

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("log/", wrap(self.log_view), name="tickets_ticket_log"),
            path("conversations/", wrap(self.conversations_view), name="tickets_conversations"),
            path(
                "conversations/now/",
                wrap(require_GET(conversations.renewed_conversations)),
                name="tickets_conversations_renewed",
            ),
            path("photos/", wrap(require_GET(self.photos_view)), name="tickets_photos"),
            path("waiting.json", wrap(require_GET(conversations.waiting)), name="tickets_waiting"),
            path("people/<uuid:member_id>/", wrap(change_availability), name="tickets_availability"),
            path("people/<uuid:member_id>/hand-on/", wrap(self.hand_on_view), name="tickets_hand_on"),
            path("<uuid:ticket_id>/verb/<slug:slug>/", wrap(self.verb_view), name="tickets_ticket_verb"),
            path("<uuid:ticket_id>/on-the-spot/", wrap(self.spot_view), name="tickets_ticket_spot"),
            path(
                "<uuid:ticket_id>/on-the-spot/now/",
                wrap(require_GET(self.renewed_spot_view)),
                name="tickets_ticket_spot_renewed",
            ),
            path("<uuid:ticket_id>/live/", wrap(require_GET(self.live_view)), name="tickets_ticket_live"),
            path("<uuid:ticket_id>/logged/", wrap(self.logged_view), name="tickets_ticket_logged"),
            path("<uuid:ticket_id>/photo/<uuid:key>/", wrap(self.photo_view), name="tickets_ticket_photo"),
            *import_urls(self),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        ticket = self.get_object(request, object_id)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        return show_workspace(request, ticket, self._ticket_context(request, ticket))

    def verb_view(self, request: HttpRequest, ticket_id: uuid.UUID, slug: str) -> HttpResponse:
        ticket = self.get_object(request, str(ticket_id))
        return use_verb(request, ticket, slug, self._ticket_context(request, ticket))

    def live_view(self, request: HttpRequest, ticket_id: uuid.UUID) -> HttpResponse:
        return show_live_parts(request, self.get_object(request, str(ticket_id)))

    def spot_view(self, request: HttpRequest, ticket_id: uuid.UUID) -> HttpResponse:
        ticket = self.get_object(request, str(ticket_id))
        return show_spot(request, ticket, self._ticket_context(request, ticket))

    def renewed_spot_view(self, request: HttpRequest, ticket_id: uuid.UUID) -> HttpResponse:
        return renew_spot(request, self.get_object(request, str(ticket_id)))

    def photo_view(self, request: HttpRequest, ticket_id: uuid.UUID, key: uuid.UUID) -> FileResponse:
        attachment = attachment_of(self.get_object(request, str(ticket_id)), key)
        if attachment is None:
            raise Http404
        return FileResponse(attachment.file.open("rb"), content_type=attachment.content_type)

    def hand_on_view(self, request: HttpRequest, member_id: uuid.UUID) -> HttpResponse:
        return hand_on(request, member_id, self._site_context(request))

    def conversations_view(self, request: HttpRequest) -> HttpResponse:
        return conversations.conversations(request, self._site_context(request))

    def photos_view(self, request: HttpRequest) -> HttpResponse:
        return photos.photos_to_look_at(request, self._site_context(request))

    def log_view(self, request: HttpRequest) -> HttpResponse:
        return callers.log_for_caller(request, self._site_context(request))

    def logged_view(self, request: HttpRequest, ticket_id: uuid.UUID) -> HttpResponse:
        ticket = self.get_object(request, str(ticket_id))
        return callers.show_logged(request, ticket, self._site_context(request))

    def _site_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = self.admin_site.each_context(request)
        return context

    def _ticket_context(self, request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
        return self._site_context(request) | {"opts": self.opts, "original": ticket}

    # Columns

    @display(description=gettext_lazy("ticket"))
    def summary(self, ticket: Ticket) -> SafeString:
        facts = [fact.name for fact in (ticket.category, ticket.ward) if fact]
        facts.append(words.moment(ticket.created_at))
        return format_html(
            '<a class="c-summary" href="{}"><span class="c-reference">{}</span> '
            "<strong>{}</strong> <small>{}</small></a>",
            ticket_url(ticket),
            ticket.reference,
            ticket.title,
            " · ".join(facts),
        )

    @display(description=gettext_lazy("status"))
    def status_badge(self, ticket: Ticket) -> SafeString:
        return words.badge(words.status_word(ticket))

    @display(description=gettext_lazy("promise"))
    def time_badge(self, ticket: Ticket) -> str:
        found = (words.time_word(ticket, timezone.now()), words.escalation_word(ticket))
        return format_html_join(" ", "{}", ((words.badge(word),) for word in found if word)) or "–"

    @display(description=gettext_lazy("priority"))
    def priority_badge(self, ticket: Ticket) -> SafeString:
        return words.badge(words.priority_word(ticket))

    @display(description=gettext_lazy("held by"))
    def held_by(self, ticket: Ticket) -> SafeString:
        person = ticket.assignee.get_full_name() if ticket.assignee else ""
        waiting = _("in the queue") if ticket.queued_at else _("nobody in particular")
        department = ticket.department.name if ticket.department else _("no department")
        return format_html('<span class="c-holder">{}<small>{}</small></span>', person or waiting, department)


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The views that people want most, one click away."""
    home = reverse("admin:tickets_ticket_changelist")
    views = [
        (_("Not closed"), {"status": "unclosed"}),
        (_("Mine"), {"whose": "mine"}),
        (_("In the queue"), {"whose": "queue"}),
        (_("Overdue"), {"time": "overdue"}),
        (_("Escalated"), {"time": "escalated"}),
        (_("Expiring"), {"time": "soon"}),
        (_("All"), {}),
    ]
    shown = {name: value for name, value in request.GET.items() if name in {"status", "whose", "time"}}
    return [
        {
            "title": title,
            "url": home
            + ("?" + "&".join(f"{name}={value}" for name, value in filters.items()) if filters else ""),
            "is_current": shown == filters,
        }
        for title, filters in views
    ]


def _downloads(request: HttpRequest) -> list[tuple[str, str]]:
    """What the list shows, page after page, as a file: what it is called, and where it is."""
    shown = request.GET.copy()
    shown.pop("p", None)
    words = f"?{shown.urlencode()}" if shown else ""
    endings = ((FileFormat.CSV, _("CSV")), (FileFormat.JSONL, _("JSON lines")))
    return [(title, reverse("admin:tickets_export", args=[ending]) + words) for ending, title in endings]


def _may_log(request: HttpRequest) -> bool:
    return has_capability_anywhere(request.user, Capability.LOG_FOR_CALLER)


add_menu_entry(
    MenuEntry(MenuGroup.WORK, "space_dashboard", 10, gettext_lazy("My work")),
    url_name="index",
    is_shown=lambda _request: True,
)
add_menu_entry(
    MenuEntry(MenuGroup.WORK, "call", 30, gettext_lazy("Log for a caller")),
    url_name="tickets_ticket_log",
    is_shown=_may_log,
)
