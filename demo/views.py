"""The demo's mailbox: every mail and SMS that would have left the house."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages as django_messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from demo.outbox import Outbox
from demo.phones import Exchange

SHOWN = 100
LONGEST_REPLY = 1600


@require_safe
@never_cache
def messages(request: HttpRequest) -> HttpResponse:
    """The newest first; `?to=` keeps those to one address or number."""
    outbox = Outbox(settings.DEMO_OUTBOX)
    recipient = request.GET.get("to", "")[:254].strip()
    found = outbox.addressed_to(recipient) if recipient else outbox.newest(limit=SHOWN)
    context = {
        "sent_messages": found[:SHOWN],
        "recipient": recipient,
        # Where a real provider carries the SMS, people answer with their own phones.
        "can_reply": settings.DEMO_MESSAGES,
    }
    return render(request, "demo/messages.html", context)


@require_POST
def reply(request: HttpRequest) -> HttpResponse:
    """Answer an SMS as its receiver would; it comes in as Twilio brings it, signed and over HTTP."""
    sender, words = request.POST.get("from", "")[:254], request.POST.get("words", "")[:LONGEST_REPLY]
    answered = next(iter(Outbox(settings.DEMO_OUTBOX).addressed_to(sender, limit=SHOWN)), None)
    if answered is None or answered.kind != "sms" or not settings.DEMO_MESSAGES:
        raise Http404
    try:
        _exchange().send(words, sender=sender, sent_to=answered.sender)
    except OSError as error:
        django_messages.error(request, _("The SMS did not arrive: %(error)s") % {"error": error})
    return redirect(f"{reverse('demo:messages')}?{urlencode({'to': sender})}")


def _exchange() -> Exchange:
    return Exchange(
        settings.SITE_URL,
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        Outbox(settings.DEMO_OUTBOX),
    )
