"""Reporting, step two: where. A pin, a suburb or a description; then what is open near by already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Organisation
from accounts.site import require_organisation
from departments.maps import ward_map
from departments.models import Category
from tickets.models import Ticket
from tickets.queries import similar_open_tickets
from tickets.report_forms import WhereForm
from tickets.views.cards import Spot, TicketCard, card_for
from tickets.views.draft import Draft, chosen_category, keep_draft, read_draft, steps
from tickets.views.near_by import MapView, map_note, places_url

_BUTTON = "tickets/_me_too_button.html"


@require_http_methods(["GET", "POST"])
def report_where(request: HttpRequest) -> HttpResponse:
    organisation = require_organisation(request)
    draft = read_draft(request)
    category = chosen_category(organisation, draft)
    if category is None:
        return redirect("tickets:report")
    if request.method != "POST":
        form = WhereForm(organisation=organisation, initial=_initial(draft))
        return _render(request, form, category, draft)
    form = WhereForm(request.POST, organisation=organisation)
    if request.htmx:  # type: ignore[attr-defined]
        return _render_similar(request, form, category, draft)
    if not form.is_valid():
        return _render(request, form, category, draft)
    locate(draft, form.cleaned_data)
    keep_draft(request, draft)
    # Who has seen them beside the map is not asked once more.
    has_similar = "seen" not in request.POST and bool(_similar(organisation, category, draft))
    return redirect("tickets:report_near_by" if has_similar else "tickets:report_details")


@require_GET
def report_near_by(request: HttpRequest) -> HttpResponse:
    """Open tickets of the same kind near by: perhaps the same problem."""
    organisation = require_organisation(request)
    draft = read_draft(request)
    category = chosen_category(organisation, draft)
    similar = _similar(organisation, category, draft) if category is not None else []
    if not similar:
        return redirect("tickets:report_details")
    context = {"section": "report", "steps": steps(1), "cards": _cards(similar, draft)}
    return render(request, "tickets/report_near_by.html", context)


def _render_similar(request: HttpRequest, form: WhereForm, category: Category, draft: Draft) -> HttpResponse:
    """What is open near the pin as soon as it stands; a pin that is elsewhere is told at once, too."""
    cards: list[TicketCard] = []
    if form.is_valid():
        locate(draft, form.cleaned_data)
        similar = _similar(form.organisation, category, draft)
        # Inside the form of the step there can be no other form, only a button that goes elsewhere.
        cards = [replace(card, action_template=_BUTTON) for card in _cards(similar, draft)]
    context = {"cards": cards, "refusals": form.errors.get("latitude", [])}
    return render(request, "tickets/_report_similar.html", context)


def _cards(tickets: list[Ticket], draft: Draft) -> list[TicketCard]:
    now, spot = timezone.now(), _spot(draft)
    return [card_for(ticket, now, seen_from=spot, offers_me_too=True) for ticket in tickets]


def _initial(draft: Draft) -> dict[str, Any]:
    pin = {"latitude": draft.latitude, "longitude": draft.longitude} if draft.has_pin else {}
    return {"suburb": draft.suburb or None, "place": draft.place, **pin}


def locate(draft: Draft, chosen: dict[str, Any]) -> None:
    """A pin counts most; without one, the suburb's own point tells at least the ward."""
    suburb = chosen["suburb"]
    draft.suburb, draft.suburb_name = (str(suburb.pk), suburb.name) if suburb else ("", "")
    draft.place = chosen["place"]
    draft.latitude, draft.longitude = chosen["latitude"], chosen["longitude"]
    draft.has_pin = draft.latitude is not None
    if not draft.has_pin and suburb:
        draft.latitude, draft.longitude = suburb.latitude, suburb.longitude
    draft.is_located = True


def _render(request: HttpRequest, form: WhereForm, category: Category, draft: Draft) -> HttpResponse:
    shapes = ward_map(form.organisation.pk)
    context = {
        "section": "report",
        "steps": steps(1),
        "form": form,
        "category_name": category.name,
        "map": MapView(
            kind="pin",
            places_url=places_url(shapes),
            note=map_note(shapes),
            latitude=draft.latitude if draft.has_pin else None,
            longitude=draft.longitude if draft.has_pin else None,
        ),
    }
    return render(request, "tickets/report_where.html", context, status=400 if form.errors else 200)


def _spot(draft: Draft) -> Spot | None:
    if draft.latitude is None or draft.longitude is None:
        return None
    return Spot(draft.latitude, draft.longitude)


def _similar(organisation: Organisation, category: Category, draft: Draft) -> list[Ticket]:
    spot = _spot(draft)
    if spot is None:
        return []
    return similar_open_tickets(
        organisation, category=category, latitude=spot.latitude, longitude=spot.longitude
    )
