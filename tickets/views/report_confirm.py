"""Reporting, after the details: the code that shows whose number or address it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.visitors import has_confirmed
from accounts.contacts import ContactKind
from accounts.site import require_organisation
from common.errors import DomainError
from tickets.actions.drafting import DraftGone
from tickets.forms import add_refusal
from tickets.models import ReportDraft
from tickets.report_forms import CodeForm
from tickets.views.draft import sent_reference, steps
from tickets.views.refusals import refused
from tickets.views.report_sending import contact_of, send_code, send_waiting, waiting_draft


@require_http_methods(["GET", "POST"])
def report_confirm(request: HttpRequest) -> HttpResponse:
    organisation = require_organisation(request)
    already = sent_reference(request, request.POST.get("token", ""))
    if already is not None:
        return redirect("tickets:report_done", already)
    draft = waiting_draft(request, organisation)
    if draft is None:
        return expired(request)
    if request.method != "POST":
        return _render(request, draft, CodeForm())
    if "again" in request.POST:
        return _again(request, draft)
    form = CodeForm(request.POST, needs_code=not has_confirmed(request, contact_of(draft)))
    if not form.is_valid():
        return _render(request, draft, form)
    try:
        return redirect("tickets:report_done", send_waiting(request, draft, code=form.cleaned_data["code"]))
    except DraftGone:
        return expired(request)
    except DomainError as refusal:
        add_refusal(form, refusal)
        return refused(_render(request, draft, form), refusal)


def _again(request: HttpRequest, draft: ReportDraft) -> HttpResponse:
    form = CodeForm({})
    try:
        send_code(request, draft)
    except DomainError as refusal:
        form.errors.clear()
        add_refusal(form, refusal)
        return refused(_render(request, draft, form), refusal)
    return _render(request, draft, CodeForm(), note=_("A new code is on its way. Only the newest works."))


def expired(request: HttpRequest) -> HttpResponse:
    """A kind word for a report that is not here any more; what was typed is still on the phone."""
    return render(request, "tickets/report_expired.html", {"section": "report"}, status=410)


def _render(request: HttpRequest, draft: ReportDraft, form: CodeForm, *, note: str = "") -> HttpResponse:
    contact = contact_of(draft)
    context = {
        "section": "report",
        "steps": steps(2),
        "form": form,
        "token": draft.token,
        "where": contact.value,
        "by_phone": contact.kind == ContactKind.PHONE,
        "needs_code": not has_confirmed(request, contact),
        "note": note,
    }
    return render(request, "tickets/report_confirm.html", context, status=400 if form.errors else 200)
