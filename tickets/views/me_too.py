"""Me too: signed in with one press, or without an account by a code, as a visitor's report."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from accounts import limits
from accounts.actions.visitors import confirm_visitor, has_confirmed, request_visitor_code
from accounts.contacts import Contact, ContactKind
from accounts.models import User
from accounts.site import require_organisation, signed_in_user
from common.errors import DomainError
from tickets.actions.support import (
    Visitor,
    support_as_visitor,
    support_ticket,
    withdraw_support,
    withdraw_visitor_support,
)
from tickets.forms import add_refusal
from tickets.models import Support, Ticket
from tickets.queries import counting_support, support_among, support_of_link
from tickets.report_forms import CodeForm, MeTooForm
from tickets.views.access import get_ticket_or_404
from tickets.views.refusals import refused
from tickets.workflow import Verb, is_possible

# In the session: the ticket that somebody wanted to support when they were led away, the question whose code
# they have yet to type, and what they said in this browser.
_WISH, _ASKED, _SAID = "me_too", "me_too_asked", "me_too_said"
_KEPT_SAID = 50


class TooManyMeToos(limits.TooManyAttempts):
    code = "too_many_me_toos"
    wait = 3600
    sentence = gettext_lazy(
        "You said “me too” about many tickets in a short time. Wait an hour, then say it again."
    )


@require_http_methods(["GET", "POST"])
def me_too(request: HttpRequest, reference: str) -> HttpResponse:
    """Sets the support to what the form says, so that sending it twice changes nothing more.

    Who is not signed in is led on to say how they are reached, or to sign in and come back here with the
    same wish.
    """
    ticket = get_ticket_or_404(request, reference)
    if not request.user.is_authenticated:
        return _as_visitor(request, ticket)
    wanted = request.session.pop(_WISH, "") == ticket.reference
    if request.method == "POST" or wanted:
        _set_support(request, ticket, signed_in_user(request), is_wanted=request.POST.get("support") != "no")
    return redirect("tickets:ticket", ticket.reference)


def _as_visitor(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    if request.method != "POST":
        return redirect("tickets:ticket", ticket.reference)
    said = visitor_support(request, ticket)
    if request.POST.get("support") == "no" and said is not None:
        withdraw_visitor_support(said, acting_user=request.user)
        messages.success(request, _("Taken back."))
    if request.POST.get("support") == "no" or said is not None:
        return redirect("tickets:ticket", ticket.reference)
    request.session[_WISH] = ticket.reference
    return redirect("tickets:me_too_contact", ticket.reference)


def _set_support(request: HttpRequest, ticket: Ticket, person: User, *, is_wanted: bool) -> None:
    try:
        if is_wanted:
            support_ticket(ticket, acting_user=person)
            messages.success(request, _("Counted. We keep you informed."))
        else:
            withdraw_support(ticket, acting_user=person)
            messages.success(request, _("Taken back."))
    except DomainError as refusal:
        messages.error(request, refusal.message)


def visitor_support(request: HttpRequest, ticket: Ticket) -> Support | None:
    """What this browser said about the ticket, without an account."""
    return support_among(ticket, request.session.get(_SAID) or [])


# By a code


@require_http_methods(["GET", "POST"])
def me_too_contact(request: HttpRequest, reference: str) -> HttpResponse:
    """How can we tell you? Sends a code there; nothing is counted yet."""
    ticket = get_ticket_or_404(request, reference)
    if not _may_be_asked(request, ticket):
        return redirect("tickets:ticket", ticket.reference)
    country = ticket.organisation.country
    if request.method != "POST":
        return _render_contact(request, ticket, MeTooForm(country=country, initial=_beginning()))
    form = MeTooForm(request.POST, country=country)
    if form.is_valid():
        try:
            return _ask(request, ticket, form.cleaned_data["contact"])
        except DomainError as refusal:
            add_refusal(form, refusal, aliases={"phone": "contact", "email": "contact"})
            return refused(_render_contact(request, ticket, form), refusal)
    return _render_contact(request, ticket, form)


@require_http_methods(["GET", "POST"])
def me_too_code(request: HttpRequest, reference: str) -> HttpResponse:
    """The code is right: counted, and told from now on."""
    ticket = get_ticket_or_404(request, reference)
    if not _may_be_asked(request, ticket):
        return redirect("tickets:ticket", ticket.reference)
    contact = _asked_contact(request, ticket)
    if contact is None:
        return redirect("tickets:me_too_contact", ticket.reference)
    if request.method != "POST":
        return _render_code(request, ticket, contact, CodeForm())
    is_again, is_known = "again" in request.POST, has_confirmed(request, contact)
    form = CodeForm({} if is_again else request.POST, needs_code=not (is_again or is_known))
    if not form.is_valid():
        return _render_code(request, ticket, contact, form)
    try:
        if is_again:
            _send_code(request, ticket, contact)
            note = _("A new code is on its way. Only the newest works.")
            return _render_code(request, ticket, contact, CodeForm(), note=note)
        if not is_known:
            confirm_visitor(request, contact, owner=_owner(request), code=form.cleaned_data["code"])
        return _count(request, ticket, contact)
    except DomainError as refusal:
        add_refusal(form, refusal)
        return refused(_render_code(request, ticket, contact, form), refusal)


def _may_be_asked(request: HttpRequest, ticket: Ticket) -> bool:
    """Whether there is anything to ask: not of who has an account at hand, or said it already."""
    if request.user.is_authenticated or not is_possible(Verb.SUPPORT, ticket.status):
        return False
    return visitor_support(request, ticket) is None


def _ask(request: HttpRequest, ticket: Ticket, contact: Contact) -> HttpResponse:
    """Raises TooManyMeToos, TooManyCodes, TooManySms, NoSms, SmsNotSent, MailNotSent."""
    limits.take(request, "me_too_here", refusal=TooManyMeToos)
    if has_confirmed(request, contact):
        return _count(request, ticket, contact)
    asked = {"ticket": str(ticket.pk), "kind": contact.kind.value, "contact": contact.value}
    request.session[_ASKED] = {**asked, "owner": uuid.uuid4().hex}
    _send_code(request, ticket, contact)
    return redirect("tickets:me_too_code", ticket.reference)


def _send_code(request: HttpRequest, ticket: Ticket, contact: Contact) -> None:
    words = {"organisation": ticket.organisation.name, "reference": ticket.reference}
    request_visitor_code(request, contact, owner=_owner(request), message="me_too_code", **words)


def _owner(request: HttpRequest) -> str:
    """Who may type the code: this browser, for this question."""
    return str(request.session[_ASKED]["owner"])


def _asked_contact(request: HttpRequest, ticket: Ticket) -> Contact | None:
    asked = request.session.get(_ASKED)
    if not asked or asked["ticket"] != str(ticket.pk):
        return None
    return Contact(ContactKind(asked["kind"]), asked["contact"])


def _count(request: HttpRequest, ticket: Ticket, contact: Contact) -> HttpResponse:
    """For who has shown that the contact is theirs. A refusal is said on the ticket's page."""
    limits.take(request, "me_too", key=contact.value, refusal=TooManyMeToos)
    visitor = Visitor(contact, language=get_language() or "", is_confirmed=True)
    try:
        said = support_as_visitor(ticket, visitor, acting_user=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        _remember(request, said)
        messages.success(request, _("Counted. We keep you informed."))
    for name in (_ASKED, _WISH):
        request.session.pop(name, None)
    return redirect("tickets:ticket", ticket.reference)


def _remember(request: HttpRequest, said: Support) -> None:
    kept: list[str] = request.session.get(_SAID) or []
    request.session[_SAID] = list(dict.fromkeys([*kept, str(said.pk)]))[-_KEPT_SAID:]


def _beginning() -> dict[str, str]:
    return {"began": MeTooForm.beginning()}


def _render_contact(request: HttpRequest, ticket: Ticket, form: MeTooForm) -> HttpResponse:
    wish = reverse("tickets:me_too", args=[ticket.reference])
    context = {
        "ticket": ticket,
        "form": form,
        "sign_in_url": f"{reverse('account_login')}?next={wish}",
    }
    return render(request, "tickets/me_too_contact.html", context, status=400 if form.errors else 200)


def _render_code(
    request: HttpRequest, ticket: Ticket, contact: Contact, form: CodeForm, *, note: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "ticket": ticket,
        "form": form,
        "where": contact.value,
        "by_phone": contact.kind == ContactKind.PHONE,
        "note": note,
    }
    return render(request, "tickets/me_too_code.html", context, status=400 if form.errors else 200)


# From the link of a message


@never_cache
@require_GET
def my_me_too(request: HttpRequest, token: str) -> HttpResponse:
    """The ticket, in a browser that may take it back from now on. Changes nothing."""
    said = _said_by_link(request, token)
    if said is None:
        return _taken_back(request)
    _remember(request, said)
    return redirect("tickets:ticket", said.ticket.reference)


# Mail programs post here by themselves, without cookies and without a page before it: the link is the proof.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, because scanners open links; and do it when it is asked for, once or again."""
    said = _said_by_link(request, token)
    if said is None:
        return _taken_back(request)
    if request.method == "POST":
        withdraw_visitor_support(said, acting_user=request.user)
        return _taken_back(request)
    return render(request, "tickets/me_too_take_back.html", {"ticket": said.ticket})


def _said_by_link(request: HttpRequest, token: str) -> Support | None:
    """What the link is about, as it counts by now; None where it was taken back. Raises Http404."""
    organisation = require_organisation(request)
    try:
        said = support_of_link(token)
    except DomainError as refusal:
        raise Http404(refusal.message) from refusal
    if said is not None and said.ticket.organisation_id != organisation.pk:
        raise Http404
    return counting_support(said) if said is not None else None


def _taken_back(request: HttpRequest) -> HttpResponse:
    context = {
        "headline": _("Taken back"),
        "text": _("You are not counted, and we tell you nothing more about it."),
        "tone": "quiet",
        "shape": "check",
    }
    return render(request, "tickets/verify_done.html", context)
