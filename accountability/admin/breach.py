"""Missed promises: on record with who used up the time, and the remedy to be written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter

from accountability.actions.remedy import LONGEST_NOTE, write_remedy
from accountability.admin.reach import sees_work
from accountability.admin.refusing import is_done
from accountability.breakdown import custody_parts
from accountability.models import Breach
from accountability.permissions import can_write_remedy
from accountability.rules import REMEDY_WITHIN
from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ScopedModelAdmin
from departments.admin.filters import DepartmentFilter
from tickets.admin.rows import ticket_url
from tickets.admin.verb_form import text_field
from tickets.admin.words import Word, badge, moment, span, working_span


class RemedyFilter(admin.SimpleListFilter):
    title = gettext_lazy("remedy")
    parameter_name = "remedy"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("missing", _("still to be written")), ("overdue", _("overdue"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "overdue":
            return queryset.remedy_overdue(timezone.now() - REMEDY_WITHIN)
        return queryset.without_remedy() if self.value() == "missing" else queryset


class RemedyForm(forms.Form):
    remedy_note = text_field(
        gettext_lazy("What the department does about it"), required=False, longest=LONGEST_NOTE
    )


@admin.register(Breach)
class BreachAdmin(ScopedModelAdmin):
    """Everything is on record; only the remedy is written here, once."""

    menu = MenuEntry(MenuGroup.OVERSIGHT, "gavel", 10, gettext_lazy("Missed promises"))
    list_display = ("summary", "department", "assignee", "shown_cause", "shown_remedy")
    list_display_links = None
    list_filter = (DepartmentFilter, RemedyFilter, ("breached_at", RangeDateFilter))
    search_fields = ("ticket__reference",)
    ordering = ("-breached_at", "-pk")
    sortable_by = ()

    def may_view(self, user: Any, row: Any = None) -> bool:
        return sees_work(user)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return has_capability_anywhere(user, Capability.MANAGE_DEPARTMENT)
        return row.remedied_at is None and can_write_remedy(user, row)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).for_list()  # type: ignore[attr-defined]

    # One of them

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        breach = self.get_object(request, object_id)
        if request.method == "POST":
            return self._write(request, breach)
        return self._show(request, breach, RemedyForm())

    def _write(self, request: HttpRequest, breach: Breach) -> Any:
        form = RemedyForm(request.POST)

        def act(typed: dict[str, Any]) -> Breach:
            return write_remedy(breach, note=typed["remedy_note"], acting_user=request.user)

        if not is_done(form, act):
            return self._show(request, self.get_object(request, str(breach.pk)), form, status=409)
        messages.success(request, _("The remedy is on record."))
        return HttpResponseRedirect(request.get_full_path())

    def _show(self, request: HttpRequest, breach: Breach, form: RemedyForm, status: int = 200) -> Any:
        form.label_suffix = ""
        self.head(request)
        context = self.admin_site.each_context(request) | {
            "title": _("Missed promise"),
            "opts": self.opts,
            "breach": breach,
            "ticket_url": ticket_url(breach.ticket),
            "cause": capfirst(breach.get_cause_display()),
            "late": span(breach.breached_at, timezone.now()),
            "remedy_word": _remedy_word(breach),
            "parts": [
                (part, working_span(part.seconds), [(row, working_span(row.seconds)) for row in part.agents])
                for part in custody_parts(breach)
            ],
            "form": form if self.may_change(request.user, breach) or form.errors else None,
        }
        return TemplateResponse(request, "console/breach.html", context, status=status)

    # Columns

    @admin.display(description=gettext_lazy("missed promise"))
    def summary(self, breach: Breach) -> SafeString:
        return format_html(
            '<a class="c-summary" href="{}"><span class="c-reference">{}</span> '
            "<strong>{}</strong> <small>{} · {}</small></a>",
            reverse("admin:accountability_breach_change", args=[breach.pk]),
            breach.ticket.reference,
            breach.ticket.title,
            capfirst(breach.get_promise_display()),
            moment(breach.breached_at),
        )

    @admin.display(description=gettext_lazy("cause"))
    def shown_cause(self, breach: Breach) -> str:
        return breach.get_cause_display()

    @admin.display(description=gettext_lazy("remedy"))
    def shown_remedy(self, breach: Breach) -> SafeString:
        return badge(_remedy_word(breach))


def _remedy_word(breach: Breach) -> Word:
    if breach.remedied_at:
        return Word(_("Written"), "fixed", "task_alt")
    if breach.created_at + REMEDY_WITHIN <= timezone.now():
        return Word(_("Overdue"), "overdue", "error")
    return Word(_("To be written"), "expiring", "edit_note")
