"""The home page: one box that finds, what is going on, and how the organisation is doing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from accounts.site import require_organisation
from common.errors import DomainError
from common.references import looks_like_reference
from common.text import clean_line
from departments.models import Suburb
from departments.queries import has_ward, suburbs_like
from tickets.queries import find_by_reference, public_figures, public_tickets
from tickets.views.cards import card_for

SHOWN = 6
# "Affecting many people" starts here, and shows so many.
MANY, SHOWN_MANY = 3, 3
_CAP = 1000


@dataclass(frozen=True)
class Stat:
    number: str
    word: str
    tone: str
    shape: str


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return _render(request, require_organisation(request))


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """A reference, a ward, a suburb or words: the page that shows it."""
    organisation = require_organisation(request)
    typed = clean_line(request.GET.get("q", ""))[:120].replace("\x00", "")
    if not typed:
        return redirect("tickets:near_by")
    if looks_like_reference(typed, prefix=organisation.reference_prefix):
        return _find_ticket(request, organisation, typed)
    ward = re.fullmatch(r"(?:ward\s*)?(\d{1,4})", typed, re.IGNORECASE)
    if ward and has_ward(organisation.pk, int(ward[1])):
        return _near_by(ward=str(int(ward[1])))
    suburb = _suburb_meant(organisation, typed)
    return _near_by(suburb=suburb.name) if suburb else _near_by(q=typed)


def _suburb_meant(organisation: Organisation, typed: str) -> Suburb | None:
    """By its name; by a piece of it or with an error only where these are no words of a ticket.

    "Water" is more likely to be about water than the beginning of Waterkloof.
    """
    suburb = next(iter(suburbs_like(organisation.pk, typed)), None)
    if suburb is None or suburb.name.casefold() == typed.casefold():
        return suburb
    return None if public_tickets(organisation.pk).matching(typed).exists() else suburb


def _find_ticket(request: HttpRequest, organisation: Organisation, typed: str) -> HttpResponse:
    try:
        ticket = find_by_reference(request.user, typed)
    except DomainError as refusal:
        return _render(request, organisation, typed=typed, refusal=refusal.message)
    if ticket is None or ticket.organisation_id != organisation.pk:
        sentence = _("There is no ticket with this reference, or it is not public. Sign in to see your own.")
        return _render(request, organisation, typed=typed, refusal=sentence)
    return redirect("tickets:ticket", ticket.reference)


def _near_by(**query: str) -> HttpResponse:
    return redirect(f"{reverse('tickets:near_by')}?{urlencode(query)}")


def _render(
    request: HttpRequest, organisation: Organisation, *, typed: str = "", refusal: str = ""
) -> HttpResponse:
    now = timezone.now()
    public = public_tickets(organisation.pk).for_cards()
    newest = public.unclosed().newest_first()[:SHOWN]
    many = public.unsettled().affecting_many(MANY)[:SHOWN_MANY]
    context = {
        "section": "home",
        "typed": typed,
        "refusal": refusal,
        "figures": _figures(organisation),
        "cards": [card_for(ticket, now) for ticket in newest],
        "outages": [card_for(ticket, now) for ticket in many],
    }
    return render(request, "home.html", context, status=404 if refusal else 200)


def _figures(organisation: Organisation) -> list[Stat]:
    figures = public_figures(organisation, timezone.now())
    fixes, late, being = figures.verified_this_month, figures.overdue, figures.open_now
    return [
        Stat(
            _number(fixes),
            ngettext("verified fix this month", "verified fixes this month", fixes),
            "verified",
            "verified",
        ),
        Stat(_number(late), _("overdue right now"), "overdue", "late"),
        Stat(_number(being), _("open or in progress"), "progress", "in-progress"),
    ]


def _number(count: int) -> str:
    """Figures are counted up to a cap; above it they say so."""
    shown = number_format(min(count, _CAP), use_l10n=True, force_grouping=True)
    return f"{shown}+" if count > _CAP else shown
