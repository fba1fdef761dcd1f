"""The points ledger, and what people say about its entries: reversals and appeals."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.contrib.filters.admin import RangeDateFilter

from accountability.actions.appeals import APPEAL_WITHIN, appeal
from accountability.actions.points import LONGEST_REASON, reverse_entry
from accountability.admin import board
from accountability.admin.reach import sees_work
from accountability.admin.refusing import is_done
from accountability.corrections import appeals_against, is_appealed, reversal_of
from accountability.models import PointsEntry
from accountability.permissions import can_correct
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin
from departments.admin.filters import DepartmentFilter
from tickets.admin.rows import ticket_url
from tickets.admin.verb_form import text_field
from tickets.admin.words import Word, badge, moment


class ReasonForm(forms.Form):
    """Refused without a reason by the action, not here: its sentence says more."""

    reason = text_field(gettext_lazy("Why"), required=False, longest=LONGEST_REASON)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""


def points_word(points: int) -> Word:
    """Signed, with a shape beside the colour."""
    tone, icon = ("fixed", "add_circle") if points > 0 else ("overdue", "do_not_disturb_on")
    return Word(f"{points:+d}".replace("-", "−"), tone, icon)


def may_appeal(entry: PointsEntry, user: Any) -> bool:
    """Whether to offer it; the action decides."""
    return (
        entry.person_id == user.pk
        and entry.points < 0
        and entry.reverses_id is None
        and timezone.now() <= entry.created_at + APPEAL_WITHIN
        and reversal_of(entry) is None
        and not is_appealed(entry)
    )


def may_reverse(entry: PointsEntry, user: Any) -> bool:
    """Whether to offer it; the action decides."""
    return can_correct(user, entry) and entry.reverses_id is None and reversal_of(entry) is None


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    menu = MenuEntry(MenuGroup.OVERSIGHT, "military_tech", 30, gettext_lazy("Points"))
    list_display = ("summary", "shown_points", "department", "who", "when")
    list_display_links = None
    list_filter = (DepartmentFilter, ("occurred_at", RangeDateFilter))
    search_fields = ("event__ticket__reference", "person__full_name")
    search_help_text = gettext_lazy("Reference or name")
    ordering = ("-occurred_at", "-pk")
    sortable_by = ()

    def may_view(self, user: Any, row: Any = None) -> bool:
        return sees_work(user)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).for_list()  # type: ignore[attr-defined]

    def board_view(self, request: HttpRequest) -> HttpResponse:
        return board.show_board(request, self.admin_site.each_context(request))

    # One entry

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("board/", wrap(require_GET(self.board_view)), name=board.PAGE),
            path("board.csv", wrap(require_GET(board.board_file)), name=board.FILE),
            path(
                "<uuid:key>/reverse/",
                wrap(require_POST(self.reverse_view)),
                name="accountability_pointsentry_reverse",
            ),
            path(
                "<uuid:key>/appeal/",
                wrap(require_POST(self.appeal_view)),
                name="accountability_pointsentry_appeal",
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
        return self._show(request, self.get_object(request, object_id))

    def reverse_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        entry, form = self.get_object(request, str(key)), ReasonForm(request.POST)
        if not is_done(form, lambda typed: reverse_entry(entry, acting_user=request.user, **typed)):
            return self._show(request, entry, reversing=form)
        messages.success(request, _("The entry is reversed. Both stay in the ledger."))
        return HttpResponseRedirect(entry_url(entry))

    def appeal_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        entry, form = self.get_object(request, str(key)), ReasonForm(request.POST)
        if not is_done(form, lambda typed: appeal(entry, acting_user=request.user, **typed)):
            return self._show(request, entry, appealing=form)
        messages.success(request, _("Your appeal is made. Somebody who answers for the department decides."))
        return HttpResponseRedirect(entry_url(entry))

    def _show(
        self,
        request: HttpRequest,
        entry: PointsEntry,
        *,
        reversing: ReasonForm | None = None,
        appealing: ReasonForm | None = None,
    ) -> HttpResponse:
        self.head(request)
        if reversing is None and may_reverse(entry, request.user):
            reversing = ReasonForm(auto_id="reverse-%s")
        if appealing is None and may_appeal(entry, request.user):
            appealing = ReasonForm(auto_id="appeal-%s")
        is_refused = any(form is not None and form.is_bound for form in (reversing, appealing))
        context = self.admin_site.each_context(request) | {
            "title": _("Points"),
            "opts": self.opts,
            "entry": entry,
            "points": points_word(entry.points),
            "rule": _(entry.rule.title),
            "ticket": entry.event.ticket,
            "ticket_url": ticket_url(entry.event.ticket),
            "reversal": reversal_of(entry),
            "appeals": appeals_against(entry, request.user),
            "reversing": reversing,
            "appealing": appealing,
        }
        status = 409 if is_refused else 200
        return TemplateResponse(request, "console/points_entry.html", context, status=status)

    # Columns

    @admin.display(description=gettext_lazy("for what"))
    def summary(self, entry: PointsEntry) -> SafeString:
        rule = _(entry.rule.title)
        return format_html(
            '<a class="c-summary" href="{}"><strong>{}</strong> <small><span class="c-reference">{}</span> {}'
            "</small></a>",
            entry_url(entry),
            _("Reversed: %(rule)s") % {"rule": rule} if entry.reverses_id else rule,
            entry.event.ticket.reference,
            entry.event.ticket.title,
        )

    @admin.display(description=gettext_lazy("points"))
    def shown_points(self, entry: PointsEntry) -> SafeString:
        return badge(points_word(entry.points))

    @admin.display(description=gettext_lazy("person"))
    def who(self, entry: PointsEntry) -> str:
        return entry.person.get_full_name() if entry.person else _("the department itself")

    @admin.display(description=gettext_lazy("earned at"))
    def when(self, entry: PointsEntry) -> str:
        return moment(entry.occurred_at)


def entry_url(entry: PointsEntry) -> str:
    return reverse("admin:accountability_pointsentry_change", args=[entry.pk])
