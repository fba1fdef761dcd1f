"""Bulk actions on the ticket list: a preview of what will happen, then one action per ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.errors import DomainError
from departments.enums import Priority
from departments.queries import departments_to_choose_from
from tickets.actions.assignment import override_assignment
from tickets.actions.movement import change_priority, transfer_ticket
from tickets.admin.member_words import member_words
from tickets.admin.rows import Row, row_for
from tickets.admin.verb_form import text_field
from tickets.desk import members_of_departments
from tickets.models import Ticket
from tickets.permissions import possible_verbs
from tickets.workflow import Verb

# More than a page at once is an import, not a decision.
MOST = 100


class BulkForm(forms.Form):
    """What one action needs for all selected tickets."""

    verb: ClassVar[Verb]
    title: ClassVar[str | Promise]
    reason = text_field(gettext_lazy("Why"))

    def __init__(self, *args: Any, tickets: list[Ticket], user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        self.tickets = tickets
        self.user = user

    def act_on(self, ticket: Ticket) -> Any:
        raise NotImplementedError


class BulkAssign(BulkForm):
    verb = Verb.OVERRIDE
    title = gettext_lazy("Assign selected tickets to…")
    assignee = forms.ChoiceField(label=gettext_lazy("To"), widget=UnfoldAdminSelectWidget())
    field_order = ("assignee", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        departments = list({row.department_id for row in self.tickets if row.department_id})
        self.members = {str(row.user_id): row for row in members_of_departments(departments)}
        self.fields["assignee"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a member")),
            *[(key, f"{member_words(row)} · {row.department}") for key, row in self.members.items()],
        ]

    def act_on(self, ticket: Ticket) -> Any:
        return override_assignment(
            ticket,
            assignee=self.members[self.cleaned_data["assignee"]].user,
            reason=self.cleaned_data["reason"],
            acting_user=self.user,
            expected_version=ticket.version,
        )


class BulkTransfer(BulkForm):
    verb = Verb.TRANSFER
    title = gettext_lazy("Transfer selected tickets to…")
    department = forms.ChoiceField(label=gettext_lazy("To"), widget=UnfoldAdminSelectWidget())
    field_order = ("department", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.departments = {str(row.pk): row for row in departments_to_choose_from(self.user)}
        self.fields["department"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a department")),
            *[(key, row.name) for key, row in self.departments.items()],
        ]

    def act_on(self, ticket: Ticket) -> Any:
        return transfer_ticket(
            ticket,
            department=self.departments[self.cleaned_data["department"]],
            reason=self.cleaned_data["reason"],
            acting_user=self.user,
            expected_version=ticket.version,
        )


class BulkPrioritise(BulkForm):
    verb = Verb.PRIORITISE
    title = gettext_lazy("Change the priority of selected tickets…")
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        choices=Priority.choices,
        coerce=lambda value: Priority(int(value)),
        widget=UnfoldAdminSelectWidget(),
    )
    field_order = ("priority", "reason")

    def act_on(self, ticket: Ticket) -> Any:
        return change_priority(
            ticket,
            priority=self.cleaned_data["priority"],
            reason=self.cleaned_data["reason"],
            acting_user=self.user,
            expected_version=ticket.version,
        )


_NEEDS = {
    "assign_selected": Capability.OVERRIDE_ASSIGNMENT,
    "transfer_selected": Capability.MOVE_TICKETS,
    "prioritise_selected": Capability.MOVE_TICKETS,
}


def may_try(user: Any, name: str) -> bool:
    return name in _NEEDS and has_capability_anywhere(user, _NEEDS[name])


@admin.action(description=BulkAssign.title)
def assign_selected(page: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
    return _run(BulkAssign, "assign_selected", page, request, queryset)


@admin.action(description=BulkTransfer.title)
def transfer_selected(page: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
    return _run(BulkTransfer, "transfer_selected", page, request, queryset)


@admin.action(description=BulkPrioritise.title)
def prioritise_selected(page: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
    return _run(BulkPrioritise, "prioritise_selected", page, request, queryset)


@dataclass(frozen=True)
class Preview:
    """One selected ticket, and whether the action will reach it."""

    row: Row
    is_possible: bool


def _run(
    form_class: type[BulkForm], name: str, page: Any, request: HttpRequest, queryset: Any
) -> HttpResponse | None:
    tickets: list[Ticket] = list(queryset[: MOST + 1])
    if len(tickets) > MOST:
        page.message_user(request, _("At most %(most)d tickets at once.") % {"most": MOST}, messages.ERROR)
        return None
    confirmed = "confirmed" in request.POST
    form = form_class(request.POST if confirmed else None, tickets=tickets, user=request.user)
    if confirmed and form.is_valid():
        _act_on_each(form, page, request)
        return None
    return _show_preview(form, name, page, request)


def _show_preview(form: BulkForm, name: str, page: Any, request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    previews = [
        Preview(row_for(ticket, now), form.verb in possible_verbs(request.user, ticket))
        for ticket in form.tickets
    ]
    context = {
        **page.admin_site.each_context(request),
        "title": form.title,
        "opts": page.opts,
        "form": form,
        "action": name,
        "previews": previews,
        "possible": sum(preview.is_possible for preview in previews),
    }
    return TemplateResponse(request, "console/bulk.html", context)


def _act_on_each(form: BulkForm, page: Any, request: HttpRequest) -> None:
    """Each ticket is a change of its own: what is refused for one does not hold up the rest."""
    done = 0
    for ticket in form.tickets:
        try:
            form.act_on(ticket)
            done += 1
        except DomainError as refusal:
            page.message_user(request, f"{ticket.reference}: {refusal.message}", messages.ERROR)
    if done:
        sentence = ngettext("%(count)d ticket changed.", "%(count)d tickets changed.", done)
        page.message_user(request, sentence % {"count": done}, messages.SUCCESS)
