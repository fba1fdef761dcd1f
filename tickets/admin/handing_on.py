"""A page for who cannot go on: all that a member has to work on, to a colleague or back to the queue."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.enums import Capability
from common.errors import DomainError, NotAllowed
from departments.admin.links import MemberLink, register_member_link
from departments.models import DepartmentMember
from departments.permissions import can_act_in_department
from tickets.actions.handing_on import hand_on_tickets
from tickets.admin.member_words import member_words
from tickets.admin.rows import rows_for
from tickets.admin.verb_form import text_field
from tickets.desk import colleague_desks, held_at, member_in_reach
from tickets.forms import add_refusal


class HandOnForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("To"), required=False, widget=UnfoldAdminSelectWidget())
    reason = text_field(gettext_lazy("Why"), longest=2000)

    def __init__(self, *args: Any, member: DepartmentMember, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        self.member = member
        self.desks = {str(desk.user_id): desk for desk in colleague_desks(member)}
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", _("Back to the queue: whoever is free")),
            *[(key, member_words(desk)) for key, desk in self.desks.items()],
        ]

    def act(self, acting_user: Any) -> int:
        """Returns how many tickets were handed on. Raises what the action raises."""
        desk = self.desks.get(self.cleaned_data["to"])
        return hand_on_tickets(
            self.member.user,
            organisation=self.member.department.organisation,
            department=self.member.department,
            to=desk.user if desk else None,
            reason=self.cleaned_data["reason"],
            acting_user=acting_user,
        )


def may_hand_on(user: Any, member: DepartmentMember) -> bool:
    return can_act_in_department(
        user,
        Capability.OVERRIDE_ASSIGNMENT,
        organisation_id=member.department.organisation_id,
        department_id=member.department_id,
    )


def hand_on(request: HttpRequest, member_id: uuid.UUID, site_context: dict[str, Any]) -> HttpResponse:
    """Show what the member has and ask to whom it goes; posted, hand it on."""
    member = member_in_reach(request.user, member_id)
    if member is None:
        raise Http404
    if not may_hand_on(request.user, member):
        raise PermissionDenied
    form = HandOnForm(request.POST if request.method == "POST" else None, member=member)
    number = _act(form, request.user) if form.is_bound else None
    if number is None:
        return _show(request, form, site_context)
    sentence = ngettext("%(count)d ticket handed on.", "%(count)d tickets handed on.", number)
    messages.success(request, sentence % {"count": number})
    return HttpResponseRedirect(_page_of(member))


def _act(form: HandOnForm, user: Any) -> int | None:
    """How many; None when it was refused, with the sentence in the form."""
    if not form.is_valid():
        return None
    try:
        return form.act(user)
    except NotAllowed as refusal:
        raise PermissionDenied(refusal.message) from refusal
    except DomainError as refusal:
        add_refusal(form, refusal)
        return None


def _show(request: HttpRequest, form: HandOnForm, site_context: dict[str, Any]) -> HttpResponse:
    member = form.member
    pile = held_at(member)
    context = site_context | {
        "title": _("Hand on what %(name)s has") % {"name": member.user.get_full_name()},
        "member": member,
        "form": form,
        "pile": pile,
        "rows": rows_for(pile.tickets, timezone.now(), is_own=True),
        "back": _page_of(member),
        "opts": member._meta,
    }
    return TemplateResponse(request, "console/hand_on.html", context, status=409 if form.is_bound else 200)


def _page_of(member: DepartmentMember) -> str:
    return reverse("admin:departments_departmentmember_change", args=[member.pk])


register_member_link(
    MemberLink(gettext_lazy("Hand on their tickets…"), "admin:tickets_hand_on", is_shown=may_hand_on)
)
