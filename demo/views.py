"""The demo's mailbox: every mail and SMS that would have left the house."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demo.outbox import Outbox

SHOWN = 100


@require_safe
@never_cache
def messages(request: HttpRequest) -> HttpResponse:
    """The newest first; `?to=` keeps those to one address or number."""
    outbox = Outbox(settings.DEMO_OUTBOX)
    recipient = request.GET.get("to", "")[:254].strip()
    found = outbox.addressed_to(recipient) if recipient else outbox.newest(limit=SHOWN)
    context = {"sent_messages": found[:SHOWN], "recipient": recipient}
    return render(request, "demo/messages.html", context)
