"""Is it fixed? Opened from the SMS, the mail or the QR code: confirm with the code, or dispute."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.site import require_organisation
from common.errors import DomainError
from tickets.actions.verification import (
    dispute_resolution,
    may_answer,
    may_try_code,
    send_new_code,
    verify_resolution,
)
from tickets.enums import Status, VerificationState
from tickets.forms import VerifyForm, add_refusal
from tickets.models import Ticket, Verification
from tickets.permissions import is_reporter
from tickets.queries import verification_of_link
from tickets.views.access import get_ticket_or_404
from tickets.views.cards import place_words
from tickets.views.words import day_and_time


@require_http_methods(["GET", "POST"])
def verify_by_link(request: HttpRequest, token: str) -> HttpResponse:
    organisation = require_organisation(request)
    try:
        verification = verification_of_link(token)
    except DomainError as refusal:
        raise Http404(refusal.message) from refusal
    if verification.ticket.organisation_id != organisation.pk:
        raise Http404
    if verification.state != VerificationState.PENDING or verification.ticket.status != Status.RESOLVED:
        return _show_answer(request, verification)
    return _ask(request, verification.ticket)


@require_http_methods(["GET", "POST"])
def verify_ticket(request: HttpRequest, reference: str) -> HttpResponse:
    """The same question without the link, for somebody who only has the code and the reference."""
    ticket = get_ticket_or_404(request, reference)
    if ticket.status != Status.RESOLVED:
        return redirect("tickets:ticket", ticket.reference)
    # A stranger must not use up the tries of somebody who can sign in.
    if not may_try_code(request.user, ticket):
        if request.user.is_authenticated:
            return redirect("tickets:ticket", ticket.reference)
        return redirect(f"{reverse('account_login')}?next={request.path}")
    return _ask(request, ticket)


@require_POST
@login_required
def new_code(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the reporter another code, by the ways they are told everything else."""
    ticket = get_ticket_or_404(request, reference)
    try:
        send_new_code(ticket, acting_user=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("tickets:ticket", ticket.reference)
    messages.success(request, _("A new code is on its way. The old one does not work any more."))
    return redirect("tickets:verify", ticket.reference)


def _ask(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    needs_code = not may_answer(request.user, ticket)
    if request.method != "POST":
        return _render(
            request, VerifyForm(ticket=ticket, needs_code=needs_code, initial=_typed_code(request))
        )
    answer = request.POST.get("answer", "")
    if answer not in {"confirm", "dispute"}:
        return _render(
            request, VerifyForm(ticket=ticket, needs_code=needs_code, initial=_typed_code(request))
        )
    form = VerifyForm(request.POST, request.FILES, ticket=ticket, needs_code=needs_code)
    if form.is_valid():
        try:
            _act(request, ticket, form, answer)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(request.path)
    return _render(request, form, status=400)


def _act(request: HttpRequest, ticket: Ticket, form: VerifyForm, answer: str) -> None:
    chosen = form.cleaned_data
    if answer == "confirm":
        verify_resolution(ticket, code=chosen["code"], acting_user=request.user)
        return
    # Who may answer anyway needs no code; a wrong one typed along must not count against them.
    code = chosen["code"] if form.needs_code else ""
    dispute_resolution(
        ticket, reason=chosen["reason"], pictures=chosen["photo"], code=code, acting_user=request.user
    )


def _typed_code(request: HttpRequest) -> dict[str, str]:
    """The QR code and the link of the mail carry the code; the first answer carries it on."""
    return {"code": (request.POST.get("code") or request.GET.get("code") or "")[:20]}


def _render(request: HttpRequest, form: VerifyForm, *, status: int = 200) -> HttpResponse:
    ticket, asked = form.ticket, request.POST.get("answer")
    is_disputing = asked in {"object", "dispute"}
    until = ticket.auto_close_at
    can_have_code = is_reporter(request.user, ticket)
    context = {
        "ticket": ticket,
        "form": form,
        "new_code_url": reverse("tickets:new_code", args=[ticket.reference]) if can_have_code else "",
        "place_words": place_words(ticket),
        "is_disputing": is_disputing,
        "headline": _("What is still wrong?") if is_disputing else _("Is it fixed?"),
        "deadline_words": _("Without an answer by %(when)s it closes, and does not count as fixed.")
        % {"when": day_and_time(until)}
        if until
        else "",
    }
    return render(request, "tickets/verify.html", context, status=status)


def _show_answer(request: HttpRequest, verification: Verification) -> HttpResponse:
    ticket = verification.ticket
    words: dict[str, tuple[str, str, str, str]] = {
        VerificationState.CONFIRMED: (
            _("Thank you: it is verified"),
            _("The fix is confirmed, and now it counts."),
            "verified",
            "verified",
        ),
        VerificationState.DISPUTED: (
            _("Thank you: it goes on"),
            _("The department has been told that it is not fixed. The clock is running again."),
            "overdue",
            "in-progress",
        ),
    }
    over = (_("Too late to answer"), _("This question is not open any more."), "quiet", "closed")
    headline, text, tone, shape = words.get(verification.state, over)
    context: dict[str, Any] = {
        "headline": headline,
        "text": text,
        "tone": tone,
        "shape": shape,
        "ticket": ticket,
        "ticket_url": reverse("tickets:ticket", args=[ticket.reference]) if ticket.is_public else "",
    }
    return render(request, "tickets/verify_done.html", context)
