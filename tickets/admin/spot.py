"""At the door: a field worker lets the resident confirm, by a QR code to scan or a code that is read out."""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from tickets.actions.answering import is_at_work
from tickets.actions.verification import verify_resolution
from tickets.admin.panels import Panel, register_panel
from tickets.admin.rows import ticket_url
from tickets.enums import Outcome, Status
from tickets.forms import add_refusal
from tickets.models import Ticket
from tickets.queries import last_answer, pending_verification
from tickets.verification import spot_token


class ReadOutForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("The code that the resident reads out"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "c-input c-code", "inputmode": "numeric", "autocomplete": "off", "maxlength": 9}
        ),
    )


def spot_url(ticket: Ticket) -> str:
    return reverse("admin:tickets_ticket_spot", args=[ticket.pk])


def may_show_code(user: Any, ticket: Ticket) -> bool:
    """Whether there is a question, and the person is one of those who did the work."""
    return ticket.status == Status.RESOLVED and is_at_work(user, ticket)


def show_spot(request: HttpRequest, ticket: Ticket, site_context: dict[str, Any]) -> HttpResponse:
    """The page with the QR code; a code that is typed there is posted to it."""
    if not is_at_work(request.user, ticket):
        raise PermissionDenied
    form = ReadOutForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            verify_resolution(ticket, code=form.cleaned_data["code"], acting_user=request.user)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("%(reference)s is verified.") % {"reference": ticket.reference})
            return HttpResponseRedirect(spot_url(ticket))
    ticket.refresh_from_db(fields=["status", "outcome"])
    context = site_context | {"title": _("Let the resident confirm"), "form": form, **_parts(request, ticket)}
    return TemplateResponse(request, "console/spot.html", context, status=400 if form.errors else 200)


def renew_spot(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """What the page shows now, without the page around it: a new QR code, or what was answered."""
    if not is_at_work(request.user, ticket):
        raise PermissionDenied
    return TemplateResponse(request, "console/_spot.html", _parts(request, ticket))


def _parts(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "ticket_url": ticket_url(ticket),
        "qr": _qr_code(request, ticket),
        "is_verified": ticket.outcome == Outcome.VERIFIED,
        "renew_url": reverse("admin:tickets_ticket_spot_renewed", args=[ticket.pk]),
    }


def _qr_code(request: HttpRequest, ticket: Ticket) -> SafeString | None:
    verification = pending_verification(ticket) if ticket.status == Status.RESOLVED else None
    if verification is None:
        return None
    person: Any = request.user
    address = settings.SITE_URL + reverse("tickets:scan", args=[spot_token(verification, person.pk)])
    picture = segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=4, light="#fff")
    # Made of numbers only: an outline in a viewBox.
    return mark_safe(picture)  # noqa: S308


@register_panel
def proof_panel(ticket: Ticket, user: Any) -> Panel | None:
    """How it was proved and rated, and while it is not, the way to the QR code."""
    verification = last_answer(ticket) if ticket.outcome == Outcome.VERIFIED else None
    may_show = may_show_code(user, ticket)
    if verification is None and not may_show:
        return None
    context = {"verification": verification, "spot_url": spot_url(ticket) if may_show else ""}
    return Panel(gettext_lazy("The proof"), "console/_proof.html", context)
