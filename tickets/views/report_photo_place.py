"""Where a photo was taken, offered to whoever is about to send it. Nothing is kept without their yes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Organisation
from accounts.site import require_organisation
from common.distances import metres_between
from departments.queries import metres_outside, nearest_suburb, ward_at
from tickets.picture_places import HEAD_BYTES, TakenAt, place_in
from tickets.report_forms import MARGIN_METRES
from tickets.views.draft import read_draft

# Nearer than this to the pin, a photo says nothing new.
_SAME_PLACE_METRES = 100


@require_POST
def photo_place(request: HttpRequest) -> HttpResponse:
    """The question for the first photo of the form that knows where it was taken; else nothing."""
    organisation = require_organisation(request)
    found = _first_place(request.FILES.getlist("photos"))
    if found is None or not _is_worth_asking(request, organisation, found):
        return HttpResponse(status=204)
    context = {"latitude": found.latitude, "longitude": found.longitude, "where": _words(organisation, found)}
    return render(request, "tickets/_photo_place.html", context)


def _first_place(uploads: list[Any]) -> TakenAt | None:
    small = (upload for upload in uploads if upload.size is not None and upload.size <= HEAD_BYTES)
    return next((place for place in map(place_in, small) if place is not None), None)


def _is_worth_asking(request: HttpRequest, organisation: Organisation, found: TakenAt) -> bool:
    """Not for a photo from elsewhere, and not where the pin says the same."""
    if metres_outside(organisation.pk, found.latitude, found.longitude) > MARGIN_METRES:
        return False
    draft = read_draft(request)
    if not draft.has_pin or draft.latitude is None or draft.longitude is None:
        return True
    pin, taken = (draft.latitude, draft.longitude), (found.latitude, found.longitude)
    return metres_between(pin, taken) > _SAME_PLACE_METRES


def _words(organisation: Organisation, found: TakenAt) -> str:
    """`Hatfield, ward 56`, as far as it is known."""
    suburb = nearest_suburb(organisation.pk, found.latitude, found.longitude)
    ward = ward_at(organisation.pk, found.latitude, found.longitude)
    words = [suburb.name] if suburb else []
    words += [_("ward %(number)d") % {"number": ward.number}] if ward else []
    return ", ".join(words) or f"{found.latitude:.4f}, {found.longitude:.4f}"
