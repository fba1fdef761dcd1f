"""Areas that somebody follows: the offer on near by, the buttons, and the list among my tickets."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Organisation
from accounts.site import require_organisation, signed_in_user
from common.errors import DomainError
from tickets.actions.areas import follow_area, unfollow_areas
from tickets.forms import AreaForm, NearByForm, radius_words
from tickets.models import AreaFollow
from tickets.queries import areas_of, find_area

_PLACES = ("ward", "suburb", "latitude", "longitude")


@dataclass(frozen=True)
class AreaOffer:
    """What near by shows of following: what the form says, or what is followed already."""

    values: dict[str, str]
    choices: list[BoundField]
    followed: AreaFollow | None
    sign_in_url: str


@dataclass(frozen=True)
class AreaRow:
    """One line of the list."""

    key: uuid.UUID
    name: str
    reach: str
    url: str


def area_offer(request: HttpRequest, organisation: Organisation, form: NearByForm) -> AreaOffer | None:
    """Where the list shows an area that can be followed; None where it shows something else."""
    values = _chosen(form) if form.is_valid() else {}
    if not values:
        return None
    is_point = "latitude" in values
    asked = AreaForm(organisation=organisation, auto_id="area_%s", label_suffix="")
    followed = None
    if request.user.is_authenticated:
        own = areas_of(request.user, organisation.pk)
        followed = next((area for area in own if _is_of(area, form.cleaned_data)), None)
    here = f"{reverse('tickets:near_by')}?{urlencode(values)}"
    return AreaOffer(
        values=values,
        choices=[asked["radius"], asked["name"]] if is_point else [],
        followed=followed,
        sign_in_url="" if request.user.is_authenticated else _sign_in_url(here),
    )


def _chosen(form: NearByForm) -> dict[str, str]:
    """The area in the words of an address; a ward before a suburb before a point."""
    chosen = form.cleaned_data
    if chosen["ward"]:
        return {"ward": str(chosen["ward"].number)}
    if chosen["suburb"]:
        return {"suburb": chosen["suburb"].name}
    if chosen["latitude"] is not None and chosen["longitude"] is not None:
        return {"latitude": repr(chosen["latitude"]), "longitude": repr(chosen["longitude"])}
    return {}


def _is_of(area: AreaFollow, chosen: dict[str, Any]) -> bool:
    if chosen["ward"]:
        return bool(area.ward_id == chosen["ward"].pk)
    if chosen["suburb"]:
        return bool(area.suburb_id == chosen["suburb"].pk)
    spot = (round(chosen["latitude"], 4), round(chosen["longitude"], 4))
    return (area.latitude, area.longitude) == spot


def _sign_in_url(here: str) -> str:
    return f"{reverse('account_login')}?{urlencode({'next': here})}"


def area_rows(user: Any, organisation: Organisation) -> Iterator[AreaRow]:
    for area in areas_of(user, organisation.pk):
        reach = _("%(distance)s around") % {"distance": radius_words(area.radius)} if area.radius else ""
        yield AreaRow(area.pk, area.name, reach, _page_of(area))


def _page_of(area: AreaFollow) -> str:
    if area.ward is not None:
        query: dict[str, object] = {"ward": area.ward.number}
    elif area.suburb is not None:
        query = {"suburb": area.suburb.name}
    else:
        query = {"latitude": area.latitude, "longitude": area.longitude}
    return f"{reverse('tickets:near_by')}?{urlencode(query)}"


@require_POST
@login_required
def follow(request: HttpRequest) -> HttpResponse:
    """Follow what near by shows. Sending it twice changes nothing more."""
    person, organisation = signed_in_user(request), require_organisation(request)
    form = AreaForm(request.POST, organisation=organisation)
    if not form.is_valid():
        sentences = (str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, next(sentences))
        return redirect(_back(request))
    try:
        area = follow_area(organisation, form.area(), acting_user=person)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect(_back(request))
    words = _("You follow this area now: %(area)s. Every morning you hear what was reported there.")
    messages.success(request, words % {"area": area.name})
    return redirect(_page_of(area))


def _back(request: HttpRequest) -> str:
    """The list from which it was sent, as far as it said so."""
    values = {name: request.POST.get(name) for name in _PLACES}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{reverse('tickets:near_by')}?{query}"


@require_POST
@login_required
def unfollow(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Follow it no more, from near by or from the list of areas."""
    person = signed_in_user(request)
    try:
        area = find_area(person, key)
    except DomainError as refusal:
        raise Http404(refusal.message) from refusal
    unfollow_areas([area.pk], acting_user=person)
    messages.success(request, _("You hear no more of this area: %(area)s.") % {"area": area.name})
    if request.POST.get("back") == "areas":
        return redirect(f"{reverse('tickets:my_tickets')}?show=areas")
    return redirect(_page_of(area))
