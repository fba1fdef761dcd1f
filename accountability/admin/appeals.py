"""Appeals against penalties: those to be decided first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accountability.actions.appeals import decide_appeal
from accountability.admin.ledger import ReasonForm, entry_url, points_word
from accountability.admin.reach import sees_work
from accountability.admin.refusing import is_done
from accountability.enums import AppealState
from accountability.models import PointsAppeal
from accountability.permissions import can_correct
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin
from departments.admin.filters import DepartmentFilter
from tickets.admin.rows import ticket_url
from tickets.admin.words import Word, badge, moment

_LOOKS = {
    AppealState.OPEN: ("expiring", "balance"),
    AppealState.GRANTED: ("fixed", "check_circle"),
    AppealState.REFUSED: ("quiet", "cancel"),
}
GRANT, REFUSE = "grant", "refuse"


class DecisionForm(ReasonForm):
    """The button that was pressed says which way."""

    decision = forms.ChoiceField(
        choices=[(GRANT, gettext_lazy("Grant")), (REFUSE, gettext_lazy("Refuse"))], widget=forms.HiddenInput
    )


@admin.register(PointsAppeal)
class PointsAppealAdmin(ReadOnlyAdmin):
    """One's own, and those of the people for whom one answers."""

    menu = MenuEntry(MenuGroup.OVERSIGHT, "balance", 35, gettext_lazy("Appeals"))
    list_display = ("summary", "points", "department", "when", "shown_state")
    list_display_links = None
    list_filter = (("state", ChoicesDropdownFilter), DepartmentFilter)
    search_fields = ("person__full_name", "entry__event__ticket__reference")
    search_help_text = gettext_lazy("Name or reference")
    ordering = (F("decided_at").desc(nulls_first=True), "created_at", "pk")
    sortable_by = ()

    def may_view(self, user: Any, row: Any = None) -> bool:
        return sees_work(user)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).for_list()  # type: ignore[attr-defined]

    # One appeal

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        found = self.get_object(request, object_id)
        return self._decide(request, found) if request.method == "POST" else self._show(request, found)

    def _decide(self, request: HttpRequest, found: PointsAppeal) -> HttpResponse:
        form = DecisionForm(request.POST)

        def act(typed: dict[str, Any]) -> PointsAppeal:
            grant, reason = typed["decision"] == GRANT, typed["reason"]
            return decide_appeal(found, grant=grant, reason=reason, acting_user=request.user)

        if not is_done(form, act):
            return self._show(request, self.get_object(request, str(found.pk)), form)
        messages.success(request, _("It is decided."))
        return HttpResponseRedirect(appeal_url(found))

    def _show(
        self, request: HttpRequest, found: PointsAppeal, refused: DecisionForm | None = None
    ) -> HttpResponse:
        self.head(request)
        may_decide = found.state == AppealState.OPEN and can_correct(request.user, found.entry)
        context = self.admin_site.each_context(request) | {
            "title": _("Appeal"),
            "opts": self.opts,
            "appeal": found,
            "state": state_word(found),
            "points": points_word(found.entry.points),
            "rule": _(found.entry.rule.title),
            "entry_url": entry_url(found.entry),
            "ticket": found.entry.event.ticket,
            "ticket_url": ticket_url(found.entry.event.ticket),
            "form": refused or (DecisionForm() if may_decide else None),
            "may_decide": may_decide,
            "is_own": found.person_id == request.user.pk,
        }
        return TemplateResponse(request, "console/appeal.html", context, status=409 if refused else 200)

    # Columns

    @admin.display(description=gettext_lazy("who, against what"))
    def summary(self, found: PointsAppeal) -> SafeString:
        return format_html(
            '<a class="c-summary" href="{}"><strong>{}</strong> <small><span class="c-reference">{}</span> {}'
            "</small></a>",
            appeal_url(found),
            found.person.get_full_name(),
            found.entry.event.ticket.reference,
            _(found.entry.rule.title),
        )

    @admin.display(description=gettext_lazy("points"))
    def points(self, found: PointsAppeal) -> SafeString:
        return badge(points_word(found.entry.points))

    @admin.display(description=gettext_lazy("department"))
    def department(self, found: PointsAppeal) -> str:
        return str(found.entry.department)

    @admin.display(description=gettext_lazy("made at"))
    def when(self, found: PointsAppeal) -> str:
        return moment(found.created_at)

    @admin.display(description=gettext_lazy("state"))
    def shown_state(self, found: PointsAppeal) -> SafeString:
        return badge(state_word(found))


def state_word(found: PointsAppeal) -> Word:
    tone, icon = _LOOKS[AppealState(found.state)]
    return Word(capfirst(found.get_state_display()), tone, icon)


def appeal_url(found: PointsAppeal) -> str:
    return reverse("admin:accountability_pointsappeal_change", args=[found.pk])
