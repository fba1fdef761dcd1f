"""Tickets near by: a list and a map of the same tickets, and the places the map draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from accounts.site import require_organisation
from departments.maps import WardMap, places_geojson, ward_map
from tickets.forms import NearByForm
from tickets.models import Ticket
from tickets.queries import public_tickets
from tickets.views.areas import area_offer
from tickets.views.cards import Spot, card_for
from tickets.views.pages import Page, nearest_page, newest_page
from tickets.views.words import promise_words, status_words

# The map shows this many tickets at once; the filters show others.
MOST_MARKERS = 500
# Whoever looks for words may have meant one of these.
MOST_SUBURBS = 3
_A_DAY = 24 * 3600
_CURSORS = frozenset({"after", "before"})


@dataclass(frozen=True)
class MapView:
    """What a map needs to know before it loads anything."""

    kind: str
    places_url: str
    note: str
    markers_url: str = ""
    latitude: float | None = None
    longitude: float | None = None
    ward: int | None = None
    tone: str = ""
    shape: str = ""


@require_GET
def near_by(request: HttpRequest) -> HttpResponse:
    organisation = require_organisation(request)
    form = NearByForm(request.GET, organisation=organisation)
    page, spot = Page([]), None
    if form.is_valid():
        spot = spot_of(form)
        tickets = form.narrow(public_tickets(organisation.pk)).for_cards()
        page = nearest_page(tickets, request.GET, spot) if spot else newest_page(tickets, request.GET)
    now = timezone.now()
    context = {
        "section": "near_by",
        "form": form,
        "headline": headline_of(form),
        "is_filtered": form.is_bound and (not form.is_valid() or form.is_filtered),
        "cards": [card_for(ticket, now, seen_from=spot) for ticket in page.tickets],
        "page": page,
        "suburbs": form.suburbs_beginning()[:MOST_SUBURBS] if form.is_valid() else [],
        "map": _map(request, organisation, form, spot),
        "area": area_offer(request, organisation, form),
        "feed_url": same_list(request, "tickets:near_by_feed"),
        "geojson_url": same_list(request, "tickets:near_by_geojson"),
        "share_url": request.build_absolute_uri(same_list(request, "tickets:near_by")),
    }
    return render(request, "tickets/near_by.html", context)


@require_GET
def markers(request: HttpRequest) -> JsonResponse:
    """The tickets of the list as GeoJSON, the newest or nearest few hundred of them."""
    organisation = require_organisation(request)
    form = NearByForm(request.GET, organisation=organisation)
    if not form.is_valid():
        return JsonResponse({"type": "FeatureCollection", "features": []}, status=400)
    spot = spot_of(form)
    tickets = form.narrow(public_tickets(organisation.pk)).for_markers().located()
    ordered = tickets.nearest_to(spot.latitude, spot.longitude) if spot else tickets.newest_first()
    now = timezone.now()
    features = [_marker(ticket, now) for ticket in ordered[:MOST_MARKERS]]
    answer = JsonResponse({"type": "FeatureCollection", "features": features})
    answer["Cache-Control"] = "private, max-age=30"
    return answer


@require_GET
def places(request: HttpRequest, version: str) -> JsonResponse:
    """Wards and suburbs as GeoJSON. The address holds the version, so it may be kept for long."""
    organisation = require_organisation(request)
    key = f"places:{organisation.pk}:{ward_map(organisation.pk).version}"
    shapes = cache.get(key)
    if shapes is None:
        shapes = places_geojson(organisation.pk)
        cache.set(key, shapes, _A_DAY)
    answer = JsonResponse(shapes)
    answer["Cache-Control"] = f"public, max-age={_A_DAY}"
    return answer


def spot_of(form: NearByForm) -> Spot | None:
    latitude, longitude = form.cleaned_data["latitude"], form.cleaned_data["longitude"]
    return Spot(latitude, longitude) if latitude is not None and longitude is not None else None


def headline_of(form: NearByForm) -> str:
    if not form.is_valid():
        return _("Near by")
    chosen = form.cleaned_data
    if chosen["suburb"]:
        return _("Near %(place)s") % {"place": chosen["suburb"].name}
    if chosen["ward"]:
        return _("In ward %(number)d") % {"number": chosen["ward"].number}
    if chosen["q"]:
        return _("About “%(words)s”") % {"words": chosen["q"]}
    return _("Near you") if spot_of(form) else _("Near by")


def same_list(request: HttpRequest, name: str) -> str:
    """Another form of what near by shows, under the same filters and from its first page on."""
    query = [(field, value) for field, value in request.GET.items() if value and field not in _CURSORS]
    return f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)


def places_url(shapes: WardMap) -> str:
    return reverse("tickets:places", args=[shapes.version])


def map_note(shapes: WardMap) -> str:
    return _("The ward borders on this map are approximate.") if shapes.is_approximate else ""


def _map(request: HttpRequest, organisation: Organisation, form: NearByForm, spot: Spot | None) -> MapView:
    shapes = ward_map(organisation.pk)
    ward = form.cleaned_data["ward"] if form.is_valid() else None
    return MapView(
        kind="markers",
        places_url=places_url(shapes),
        note=map_note(shapes),
        markers_url=same_list(request, "tickets:markers"),
        latitude=spot.latitude if spot else None,
        longitude=spot.longitude if spot else None,
        ward=ward.number if ward else None,
    )


def _marker(ticket: Ticket, now: Any) -> dict[str, Any]:
    status, promise = status_words(ticket, briefly=True), promise_words(ticket, now, briefly=True)
    is_late = promise is not None and promise.is_loud
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [ticket.longitude, ticket.latitude]},
        "properties": {
            "reference": ticket.reference,
            "title": ticket.title,
            "url": reverse("tickets:ticket", args=[ticket.reference]),
            "status": status.word,
            "promise": promise.word if promise else "",
            "tone": "overdue" if is_late else status.tone,
            "shape": "late" if is_late else status.shape,
        },
    }
