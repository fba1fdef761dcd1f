"""The queue of who wants to be called: the longest due first, one page for each call."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin
from common.errors import DomainError, NotAllowed
from tickets.actions.callbacks import finish_callback, miss_callback, take_callback
from tickets.admin import words
from tickets.admin.rows import ticket_url
from tickets.admin.verb_form import text_field
from tickets.enums import CallbackState
from tickets.forms import add_refusal
from tickets.models import Callback


class CalledForm(forms.Form):
    note = text_field(gettext_lazy("What was said, as the reporter may read it"))


@admin.register(Callback)
class CallbackAdmin(ReadOnlyAdmin):
    menu = MenuEntry(MenuGroup.WORK, "phone_callback", 35, gettext_lazy("Callbacks"))
    list_display = ("who", "ticket_link", "due", "wanted", "tries", "calling")
    list_display_links = None
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("phone", "ticket__reference")
    search_help_text = gettext_lazy("Phone or reference")
    # To be called first, and of these the longest due; then what is over, the latest first.
    ordering = (F("ended_at").desc(nulls_first=True), "call_after", "pk")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.with_people()

    def may_view(self, user: Any, row: Any = None) -> bool:
        return has_capability_anywhere(user, Capability.VIEW_REPORTERS)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<uuid:key>/answer/<slug:answer>/",
                wrap(require_POST(self.answer_view)),
                name="tickets_callback_answer",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        return self._show(request, self.get_object(request, object_id), CalledForm())

    def _show(
        self, request: HttpRequest, callback: Callback, form: CalledForm, status: int = 200
    ) -> HttpResponse:
        form.label_suffix = ""
        context = self.admin_site.each_context(request) | {
            "title": _("Call back"),
            "callback": callback,
            "ticket": callback.ticket,
            "ticket_url": ticket_url(callback.ticket),
            "form": form,
            "is_open": callback.state == CallbackState.OPEN,
            "opts": self.opts,
        }
        return TemplateResponse(request, "console/callback.html", context, status=status)

    def answer_view(self, request: HttpRequest, key: uuid.UUID, answer: str) -> HttpResponse:
        """One of: take, done, not-reached."""
        callback = self.get_object(request, str(key))
        form = CalledForm(request.POST) if answer == "done" else None
        if form is not None and not form.is_valid():
            return self._show(request, callback, form, status=409)
        try:
            said = self._act(request, callback, answer, form)
        except NotAllowed as refusal:
            raise PermissionDenied(refusal.message) from refusal
        except DomainError as refusal:
            if form is not None:
                add_refusal(form, refusal)
            messages.error(request, refusal.message)
            return self._show(request, self.get_object(request, str(key)), form or CalledForm(), status=409)
        messages.success(request, said)
        here = reverse("admin:tickets_callback_change", args=[key])
        queue = reverse("admin:tickets_callback_changelist")
        return HttpResponseRedirect(here if answer == "take" else queue)

    def _act(self, request: HttpRequest, callback: Callback, answer: str, form: CalledForm | None) -> str:
        if answer == "take":
            take_callback(callback, acting_user=request.user)
            return _("It is yours: call now.")
        if answer == "not-reached":
            missed = miss_callback(callback, acting_user=request.user)
            again = missed.state == CallbackState.OPEN
            return _("It comes up again in an hour.") if again else _("Given up after three times.")
        if form is None:
            raise Http404
        finish_callback(callback, note=form.cleaned_data["note"], acting_user=request.user)
        return _("Called. What was said is on the ticket.")

    @display(description=gettext_lazy("whom"))
    def who(self, callback: Callback) -> SafeString:
        return format_html(
            '<a class="c-summary" href="{}"><strong>{}</strong> <small>{}</small></a>',
            reverse("admin:tickets_callback_change", args=[callback.pk]),
            callback.phone,
            callback.person.get_full_name(),
        )

    @display(description=gettext_lazy("about"))
    def ticket_link(self, callback: Callback) -> SafeString:
        return format_html(
            '<a class="c-link" href="{}"><span class="c-reference">{}</span> {}</a>',
            ticket_url(callback.ticket),
            callback.ticket.reference,
            callback.ticket.title,
        )

    @display(description=gettext_lazy("state"))
    def due(self, callback: Callback) -> SafeString:
        return words.badge(words.call_word(callback, timezone.now()))

    @display(description=gettext_lazy("not before"))
    def wanted(self, callback: Callback) -> str:
        return words.moment(callback.call_after)

    @display(description=gettext_lazy("not reached"))
    def tries(self, callback: Callback) -> str:
        return str(callback.attempts or "–")

    @display(description=gettext_lazy("calling"))
    def calling(self, callback: Callback) -> str:
        return callback.taken_by.get_full_name() if callback.taken_by else "–"
