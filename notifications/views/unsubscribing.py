"""Where the link at the end of a follower's mail leads to."""

from __future__ import annotations

from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common.errors import DomainError, NotFound
from notifications.unsubscribing import read_link
from tickets.actions.following import unfollow_ticket


# Mail programs post here by themselves, without cookies and without a page before it: the link is the proof.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, because scanners open links; and do it when it is asked for, once or again."""
    try:
        ticket, person = read_link(token)
    except DomainError as refusal:
        raise Http404(refusal.message) from refusal
    is_done = request.method == "POST"
    if is_done:
        # Who may not see it any more is not told of it any more.
        with suppress(NotFound):
            unfollow_ticket(ticket, acting_user=person)
    return render(request, "notifications/unsubscribe.html", {"ticket": ticket, "is_done": is_done})
