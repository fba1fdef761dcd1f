"""The rules by which points are given: each with its versions, and changed by a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accountability.actions.points import change_rule
from accountability.admin.ledger import points_word
from accountability.admin.reach import sees_work
from accountability.admin.refusing import is_done
from accountability.corrections import versions_of
from accountability.models import PointsRule
from accounts.enums import Capability
from accounts.permissions import has_capability
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin
from tickets.admin.words import Word, badge, moment


class PointsForm(forms.Form):
    points = forms.IntegerField(
        label=gettext_lazy("Points from now on"),
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy("Negative for a penalty. What was earned by earlier versions stays as it is."),
    )

    monthly_cap = forms.IntegerField(
        label=gettext_lazy("At most in a month"),
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy(
            "The most points that one person gets by this rule in a calendar month. Empty for no limit."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""


class VersionFilter(admin.SimpleListFilter):
    title = gettext_lazy("versions")
    parameter_name = "versions"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", _("in force")), ("replaced", _("replaced"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "now":
            return queryset.not_replaced()
        return queryset.replaced() if self.value() == "replaced" else queryset


@admin.register(PointsRule)
class PointsRuleAdmin(ReadOnlyAdmin):
    """An organisation's rules come with its first event that is worth something."""

    menu = MenuEntry(MenuGroup.OVERSIGHT, "rule", 40, gettext_lazy("Points rules"))
    list_display = ("summary", "shown_points", "shown_cap", "event", "dealt_out", "shown_state")
    list_display_links = None
    list_filter = (VersionFilter,)
    ordering = ("organisation__name", "code", "-version")
    list_select_related = ("organisation",)
    sortable_by = ()

    def may_view(self, user: Any, row: Any = None) -> bool:
        return sees_work(user)

    # One rule

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        rule = self.get_object(request, object_id)
        return self._change(request, rule) if request.method == "POST" else self._show(request, rule)

    def _change(self, request: HttpRequest, rule: PointsRule) -> HttpResponse:
        form, made = PointsForm(request.POST), []

        def act(typed: dict[str, Any]) -> None:
            made.append(change_rule(rule, acting_user=request.user, **typed))

        if not is_done(form, act):
            return self._show(request, self.get_object(request, str(rule.pk)), form)
        messages.success(request, _("Version %(number)d is in force.") % {"number": made[0].version})
        return HttpResponseRedirect(rule_url(made[0]))

    def _show(
        self, request: HttpRequest, rule: PointsRule, refused: PointsForm | None = None
    ) -> HttpResponse:
        self.head(request)
        may = has_capability(request.user, Capability.MANAGE_ORGANISATION, rule.organisation_id)
        is_in_force = rule.retired_at is None
        context = self.admin_site.each_context(request) | {
            "title": _("Points rule"),
            "opts": self.opts,
            "rule": rule,
            "name": _(rule.title),
            "points": points_word(rule.points),
            "state": _state_word(rule),
            "versions": [(row, points_word(row.points), rule_url(row)) for row in versions_of(rule)],
            "form": refused or (PointsForm(initial=_present(rule)) if may and is_in_force else None),
            "may_change": may and is_in_force,
        }
        return TemplateResponse(request, "console/points_rule.html", context, status=409 if refused else 200)

    # Columns

    @admin.display(description=gettext_lazy("rule"))
    def summary(self, rule: PointsRule) -> SafeString:
        return format_html(
            '<a class="c-summary" href="{}"><strong>{}</strong> <small>{}</small></a>',
            rule_url(rule),
            _(rule.title),
            _("Version %(number)d since %(when)s")
            % {"number": rule.version, "when": moment(rule.created_at)},
        )

    @admin.display(description=gettext_lazy("points"))
    def shown_points(self, rule: PointsRule) -> SafeString:
        return badge(points_word(rule.points))

    @admin.display(description=gettext_lazy("at most in a month"))
    def shown_cap(self, rule: PointsRule) -> str:
        return "–" if rule.monthly_cap is None else str(rule.monthly_cap)

    @admin.display(description=gettext_lazy("event"))
    def event(self, rule: PointsRule) -> str:
        return capfirst(rule.get_event_kind_display())

    @admin.display(description=gettext_lazy("dealt out"))
    def dealt_out(self, rule: PointsRule) -> str:
        return capfirst(rule.get_share_display())

    @admin.display(description=gettext_lazy("state"))
    def shown_state(self, rule: PointsRule) -> SafeString:
        return badge(_state_word(rule))


def _present(rule: PointsRule) -> dict[str, Any]:
    return {"points": rule.points, "monthly_cap": rule.monthly_cap}


def _state_word(rule: PointsRule) -> Word:
    if rule.retired_at is None:
        return Word(_("In force"), "fixed", "check_circle")
    return Word(_("Replaced"), "quiet", "history")


def rule_url(rule: PointsRule) -> str:
    return reverse("admin:accountability_pointsrule_change", args=[rule.pk])
