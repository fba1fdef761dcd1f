"""Is it fixed? Opened from the SMS, the mail or the QR code: confirm, or dispute. Looking answers nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.limits import take
from accounts.site import require_organisation
from common.errors import DomainError
from tickets.actions.answering import may_answer, may_confirm_without_code, may_try_code
from tickets.actions.rating import is_ratable, may_rate, rate_resolution
from tickets.actions.verification import dispute_resolution, send_new_code, verify_resolution
from tickets.enums import Status, VerificationState
from tickets.forms import RatingForm, VerifyForm, add_refusal
from tickets.models import Verification
from tickets.permissions import is_reporter
from tickets.queries import pending_verification, verification_of_link
from tickets.verification import SPOT_ANSWER_SECONDS, Spot, link_token, spot_of_token
from tickets.views.access import get_ticket_or_404
from tickets.views.cards import place_words
from tickets.views.words import day_and_time

# In the session of whoever scanned a QR code on the spot: what the code said.
_SCANNED = "scanned_on_the_spot"


@require_http_methods(["GET", "POST"])
def verify_by_link(request: HttpRequest, token: str) -> HttpResponse:
    verification = _verification_of(request, token)
    if verification.state == VerificationState.PENDING and verification.ticket.status == Status.RESOLVED:
        return _ask(request, verification)
    if request.method == "POST" and request.POST.get("answer") == "rate":
        return _rate(request, verification)
    return _show_answer(request, verification)


def _verification_of(request: HttpRequest, token: str) -> Verification:
    """What a link is about, on the site of its organisation. Raises Http404."""
    organisation = require_organisation(request)
    try:
        verification = verification_of_link(token)
    except DomainError as refusal:
        raise Http404(refusal.message) from refusal
    if verification.ticket.organisation_id != organisation.pk:
        raise Http404
    return verification


@require_GET
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """What a QR code opens: remembers that this phone was on the spot, and asks the question.

    It answers nothing itself, so that a program which looks at links before people do changes nothing.
    """
    spot = spot_of_token(token, max_age=None)
    if spot is None:
        raise Http404
    if spot_of_token(token) is None:
        return _show_old_code(request)
    verification = _verification_of(request, link_token(Verification(pk=spot.verification)))
    request.session[_SCANNED] = token
    return redirect("tickets:verify_by_link", link_token(verification))


def _show_old_code(request: HttpRequest) -> HttpResponse:
    require_organisation(request)
    context = {
        "headline": _("This QR code is too old"),
        "text": _("It changes every minute. Scan the one that the page shows now."),
        "tone": "expiring",
        "shape": "hourglass",
    }
    return render(request, "tickets/verify_done.html", context, status=410)


def _spot(request: HttpRequest, verification: Verification) -> Spot | None:
    """Whether this phone has scanned the QR code for this question just now."""
    spot = spot_of_token(request.session.get(_SCANNED, ""), max_age=SPOT_ANSWER_SECONDS)
    return spot if spot and spot.verification == verification.pk else None


@require_http_methods(["GET", "POST"])
def verify_ticket(request: HttpRequest, reference: str) -> HttpResponse:
    """The same question without the link, for who is signed in, or has the code and the reference."""
    ticket = get_ticket_or_404(request, reference)
    verification = pending_verification(ticket)
    if ticket.status != Status.RESOLVED or verification is None:
        return redirect("tickets:ticket", ticket.reference)
    # A stranger must not use up the tries of somebody who can sign in.
    if not may_try_code(request.user, ticket):
        if request.user.is_authenticated:
            return redirect("tickets:ticket", ticket.reference)
        return redirect(f"{reverse('account_login')}?next={request.path}")
    return _ask(request, verification)


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


def _ask(request: HttpRequest, verification: Verification) -> HttpResponse:
    ticket, spot = verification.ticket, _spot(request, verification)
    needs: dict[str, Any] = {
        "ticket": ticket,
        "needs_code": not may_answer(request.user, ticket),
        "confirms_without": may_confirm_without_code(request.user, ticket, spot),
    }
    answer = request.POST.get("answer", "")
    if answer not in {"confirm", "dispute"}:
        return _render(request, VerifyForm(**needs, initial=_typed_code(request)))
    form = VerifyForm(request.POST, request.FILES, **needs)
    if form.is_valid():
        try:
            _act(request, form, answer, spot)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            request.session.pop(_SCANNED, None)
            return redirect("tickets:verify_by_link", link_token(verification))
    return _render(request, form, status=400)


def _act(request: HttpRequest, form: VerifyForm, answer: str, spot: Spot | None) -> None:
    chosen, confirms = form.cleaned_data, answer == "confirm"
    # Who may answer anyway needs no code; a wrong one typed along must not count against them.
    needs_code = not form.confirms_without if confirms else form.needs_code
    code = chosen["code"] if needs_code else ""
    if code:
        take(request, "try_code")
    if confirms:
        verify_resolution(form.ticket, code=code, spot=spot, acting_user=request.user)
        return
    dispute_resolution(
        form.ticket,
        reason=chosen["reason"],
        pictures=chosen["photo"],
        code=code,
        spot=spot,
        acting_user=request.user,
    )


def _typed_code(request: HttpRequest) -> dict[str, str]:
    """The link of the mail carries the code; the first answer carries it on."""
    return {"code": (request.POST.get("code") or request.GET.get("code") or "")[:20]}


def _render(request: HttpRequest, form: VerifyForm, *, status: int = 200) -> HttpResponse:
    ticket, asked = form.ticket, request.POST.get("answer")
    is_disputing = asked in {"object", "dispute"}
    until = ticket.auto_close_at
    can_have_code = is_reporter(request.user, ticket) and not form.confirms_without
    context = {
        "ticket": ticket,
        "form": form,
        "new_code_url": reverse("tickets:new_code", args=[ticket.reference]) if can_have_code else "",
        "place_words": place_words(ticket),
        "is_disputing": is_disputing,
        "shows_code": form.needs_code if is_disputing else not form.confirms_without,
        "headline": _("What is still wrong?") if is_disputing else _("Is it fixed?"),
        "deadline_words": _("Without an answer by %(when)s it closes, and does not count as fixed.")
        % {"when": day_and_time(until)}
        if until
        else "",
    }
    return render(request, "tickets/verify.html", context, status=status)


# Afterwards


def _rate(request: HttpRequest, verification: Verification) -> HttpResponse:
    form = RatingForm(request.POST)
    if form.is_valid():
        try:
            rate_resolution(verification.ticket, **form.cleaned_data, acting_user=request.user, by_link=True)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Thank you. The department reads it."))
            return redirect(request.path)
    return _show_answer(request, verification, form, status=400)


def _show_answer(
    request: HttpRequest, verification: Verification, form: RatingForm | None = None, *, status: int = 200
) -> HttpResponse:
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
        "rating_form": _rating_form(request, verification, form),
        "rating": verification.rating,
    }
    return render(request, "tickets/verify_done.html", context, status=status)


def _rating_form(
    request: HttpRequest, verification: Verification, form: RatingForm | None
) -> RatingForm | None:
    """For who confirmed it, as long as it can be said; None for everybody else."""
    if verification.state != VerificationState.CONFIRMED or not is_ratable(verification, timezone.now()):
        return None
    if not may_rate(verification, request.user, by_link=True):
        return None
    present = {"rating": verification.rating, "words": verification.rating_words}
    return form or RatingForm(initial=present)
