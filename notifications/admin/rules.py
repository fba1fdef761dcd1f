"""What an organisation tells, kind by kind, and what its SMS may cost: one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from accounts.enums import Capability
from accounts.models import Organisation
from accounts.permissions import has_capability_anywhere
from accounts.queries import organisations_managed_by
from accounts.site import signed_in_user
from common.admin import MenuEntry, MenuGroup, add_menu_entry
from common.errors import DomainError
from notifications.actions.rules import write_rules
from notifications.enums import Topic
from notifications.models.rules import LONGEST_NAME, MOST_PARTS
from notifications.queries import rules_of
from notifications.routing import ROUTING, audiences_of
from notifications.topics import ALWAYS_TOLD, TOPICS, topic_of
from tickets.enums import EventKind

PAGE = "notifications_rules"
_OTHERS = ("sender_name", "sms_per_day", "sms_per_month")


class RulesForm(forms.Form):
    sender_name = forms.CharField(
        label=gettext_lazy("Sender's name"),
        help_text=gettext_lazy("In whose name mails come. Empty: the name of the organisation."),
        required=False,
        max_length=LONGEST_NAME,
        widget=UnfoldAdminTextInputWidget,
    )
    sms_per_day = forms.IntegerField(
        label=gettext_lazy("Parts of SMS a day"),
        help_text=gettext_lazy("A long SMS has two parts, and each is paid for. Empty: no limit."),
        required=False,
        min_value=0,
        max_value=MOST_PARTS,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    sms_per_month = forms.IntegerField(
        label=gettext_lazy("Parts of SMS a month"),
        help_text=gettext_lazy("What the limit keeps back is not sent later. Mails still go out."),
        required=False,
        min_value=0,
        max_value=MOST_PARTS,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        rules = rules_of(organisation)
        told = {kind.value: kind not in rules.kinds_off for kind in told_kinds()}
        others = {name: getattr(rules, name) for name in _OTHERS}
        super().__init__(data, label_suffix="", initial=others | told)
        for kind in told_kinds():
            self.fields[kind.value] = forms.BooleanField(
                label=capfirst(str(kind.label)),
                help_text=capfirst(", ".join(str(audience.label) for audience in audiences_of(kind))),
                required=False,
                disabled=kind in ALWAYS_TOLD,
                widget=UnfoldBooleanWidget,
            )

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """A heading, and the kinds below it."""
        for topic in TOPICS:
            boxes = [self[kind.value] for kind in told_kinds() if _topic(kind) is topic]
            if boxes:
                yield capfirst(str(topic.label)), boxes

    def typed(self) -> dict[str, Any]:
        off = [kind for kind in told_kinds() if not self.cleaned_data[kind.value]]
        return {"kinds_off": off, **{name: self.cleaned_data[name] for name in _OTHERS}}


def told_kinds() -> list[EventKind]:
    """The kinds that anybody hears of."""
    return [kind for kind, routes in ROUTING.items() if routes]


def _topic(kind: EventKind) -> Topic:
    """Where a kind stands: by who hears of it first."""
    return topic_of(kind, audiences_of(kind)[0])


def may_write_rules(user: Any) -> bool:
    return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)


def rules_view(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if not may_write_rules(request.user):
        raise PermissionDenied
    organisations = organisations_managed_by(request.user)
    slug = request.GET.get("organisation")
    organisation = next((row for row in organisations if slug in {None, "", row.slug}), None)
    if organisation is None:
        raise Http404
    form = RulesForm(request.POST or None, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            write_rules(organisation, acting_user=signed_in_user(request), **form.typed())
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(request.get_full_path())
    context = site_context | {
        "title": _("What is told"),
        "organisation": organisation,
        "tabs": [(row.name, _address(row), row == organisation) for row in organisations],
        "form": form,
    }
    return TemplateResponse(request, "console/telling.html", context, status=400 if form.errors else 200)


def _address(organisation: Organisation) -> str:
    return f"{reverse(f'admin:{PAGE}')}?{urlencode({'organisation': organisation.slug})}"


add_menu_entry(
    MenuEntry(MenuGroup.PEOPLE, "campaign", 58, gettext_lazy("What is told")),
    url_name=PAGE,
    is_shown=lambda request: may_write_rules(request.user),
)
