"""Call me back: asked for on the ticket's page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.site import signed_in_user
from common.errors import DomainError
from tickets.actions.callbacks import ask_for_call, cancel_call
from tickets.call_times import call_times
from tickets.forms import CallbackForm, MessageForm, add_refusal
from tickets.views.access import get_ticket_or_404
from tickets.views.ticket import show_ticket


@require_POST
@login_required
def call_me_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Asks for a call, or says that it is not wanted any more, as the form says."""
    person, ticket = signed_in_user(request), get_ticket_or_404(request, reference)
    if request.POST.get("call") == "no":
        if cancel_call(ticket, acting_user=person):
            messages.success(request, _("We do not call you any more."))
        return redirect("tickets:ticket", ticket.reference)
    form = CallbackForm(request.POST, times=call_times(ticket, timezone.now()))
    if form.is_valid():
        try:
            asked = ask_for_call(
                ticket,
                phone=form.cleaned_data["phone"],
                note=form.cleaned_data["note"],
                call_after=form.cleaned_data["when"],
                acting_user=person,
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("We call you on %(phone)s.") % {"phone": asked.phone})
            return redirect("tickets:ticket", ticket.reference)
    return show_ticket(request, ticket, MessageForm(), callback_form=form, status=400)
