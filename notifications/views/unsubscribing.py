"""Where the link at the end of a follower's mail leads to."""

from __future__ import annotations

from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common.errors import DomainError, NotFound
from notifications.unsubscribing import read_areas_link, read_link
from tickets.actions.areas import unfollow_areas
from tickets.actions.following import unfollow_ticket
from tickets.queries import areas_among


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


# The same, for who follows areas.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def stop_areas(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and stop following the areas of the mail when it is asked for, once or again."""
    try:
        person, keys = read_areas_link(token)
    except DomainError as refusal:
        raise Http404(refusal.message) from refusal
    names = [area.name for area in areas_among(person, keys)]
    is_done = request.method == "POST"
    if is_done:
        unfollow_areas(keys, acting_user=person)
    context = {"names": names, "is_done": is_done or not names}
    return render(request, "notifications/stop_areas.html", context)
