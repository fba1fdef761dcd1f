"""What everybody may see, for feed readers and maps of others: RSS with places, and GeoJSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_GET

from accounts.models import Organisation
from accounts.site import require_organisation
from common.text import for_xml
from tickets.forms import NearByForm
from tickets.models import Ticket
from tickets.queries import conversation_for, public_tickets
from tickets.views.access import get_ticket_or_404
from tickets.views.cards import place_words
from tickets.views.near_by import headline_of, same_list, spot_of
from tickets.views.pages import nearest_page, newest_page
from tickets.views.timeline import TimelineItem, timeline_for
from tickets.views.words import promise_words, status_words

# A feed has so many entries, a page of GeoJSON so many features.
MOST_ENTRIES, MOST_FEATURES = 50, 500
_FRESH = "public, max-age=60"


class PlaceFeed(Rss201rev2Feed):
    """RSS 2.0 that says where: GeoRSS Simple."""

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:georss": "http://www.georss.org/georss"}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item["point"]:
            handler.addQuickElement("georss:point", item["point"])


@dataclass(frozen=True)
class Channel:
    """What one feed is about."""

    organisation: Organisation
    headline: str
    address: str
    tickets: list[Ticket]


class NearByFeed(Feed[Any, Any]):
    """The newest tickets of near by, under any of its filters."""

    feed_type = PlaceFeed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Channel:
        organisation = require_organisation(request)
        form = NearByForm(request.GET, organisation=organisation)
        if not form.is_valid():
            raise Http404
        tickets = form.narrow(public_tickets(organisation.pk)).for_feeds()
        spot = spot_of(form)
        ordered = tickets.nearest_to(spot.latitude, spot.longitude) if spot else tickets.newest_first()
        address = same_list(request, "tickets:near_by")
        return Channel(organisation, headline_of(form), address, list(ordered[:MOST_ENTRIES]))

    def title(self, channel: Channel) -> str:
        return for_xml(f"{channel.organisation.name}: {channel.headline}")

    def description(self, channel: Channel) -> str:
        return _("What people have reported here, and how it goes.")

    def link(self, channel: Channel) -> str:
        return channel.address

    def items(self, channel: Channel) -> list[Ticket]:
        return channel.tickets

    def item_title(self, item: Ticket) -> str:
        return for_xml(item.title)

    def item_description(self, item: Ticket) -> str:
        return for_xml(" · ".join(_facts(item)))

    def item_link(self, item: Ticket) -> str:
        return reverse("tickets:ticket", args=[item.reference])

    def item_pubdate(self, item: Ticket) -> datetime:
        return item.created_at

    def item_categories(self, item: Ticket) -> list[str]:
        return [for_xml(item.category.name)] if item.category else []

    def item_extra_kwargs(self, item: Ticket) -> dict[str, str]:
        is_placed = item.latitude is not None and item.longitude is not None
        return {"point": f"{item.latitude} {item.longitude}" if is_placed else ""}


def _facts(ticket: Ticket) -> Iterator[str]:
    """How it stands, what was promised, and where it is."""
    yield status_words(ticket, briefly=True).word
    promise = promise_words(ticket, timezone.now(), briefly=True)
    if promise is not None:
        yield promise.word
    yield place_words(ticket)
    yield ticket.reference


class TicketFeed(Feed[Any, Any]):
    """The public story of one public ticket, whoever asks: feed readers do not sign in."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Ticket:
        ticket = get_ticket_or_404(request, kwargs["reference"])
        if not ticket.is_shown_to_all:
            raise Http404
        return ticket

    def title(self, ticket: Ticket) -> str:
        return for_xml(f"{ticket.reference}: {ticket.title}")

    def description(self, ticket: Ticket) -> str:
        return for_xml(" · ".join(_facts(ticket)))

    def link(self, ticket: Ticket) -> str:
        return reverse("tickets:ticket", args=[ticket.reference])

    def items(self, ticket: Ticket) -> Iterable[tuple[Ticket, TimelineItem]]:
        story = timeline_for(ticket, conversation_for(AnonymousUser(), ticket))
        return [(ticket, item) for item in story[:MOST_ENTRIES]]

    def item_title(self, item: tuple[Ticket, TimelineItem]) -> str:
        return for_xml(item[1].headline)

    def item_description(self, item: tuple[Ticket, TimelineItem]) -> str:
        return for_xml(" · ".join(part for part in (item[1].who, item[1].text) if part))

    def item_link(self, item: tuple[Ticket, TimelineItem]) -> str:
        return f"{self.link(item[0])}#{item[1].key}"

    def item_pubdate(self, item: tuple[Ticket, TimelineItem]) -> datetime:
        return item[1].at


def _cached(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = _FRESH
    # Nothing in it is for one person alone, so a page of anybody may read it.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@require_GET
@conditional_page
def near_by_feed(request: HttpRequest) -> HttpResponse:
    return _cached(NearByFeed()(request))


@require_GET
@conditional_page
def ticket_feed(request: HttpRequest, reference: str) -> HttpResponse:
    return _cached(TicketFeed()(request, reference=reference))


@require_GET
@conditional_page
def tickets_geojson(request: HttpRequest) -> HttpResponse:
    """The tickets of near by page by page, newest or nearest first; `next` is where it goes on."""
    organisation = require_organisation(request)
    form = NearByForm(request.GET, organisation=organisation)
    if not form.is_valid():
        refused = {"type": "FeatureCollection", "features": [], "errors": form.errors}
        return _cached(JsonResponse(refused, status=400))
    tickets, spot = form.narrow(public_tickets(organisation.pk)).for_feeds(), spot_of(form)
    query = request.GET
    if spot:
        page = nearest_page(tickets, query, spot, size=MOST_FEATURES)
    else:
        page = newest_page(tickets, query, size=MOST_FEATURES)
    collection = {
        "type": "FeatureCollection",
        "features": [_feature(ticket, request) for ticket in page.tickets],
        "next": request.build_absolute_uri(page.next) if page.next else None,
    }
    return _cached(JsonResponse(collection, content_type="application/geo+json"))


def _feature(ticket: Ticket, request: HttpRequest) -> dict[str, Any]:
    spot = [ticket.longitude, ticket.latitude]
    return {
        "type": "Feature",
        "id": ticket.reference,
        "geometry": {"type": "Point", "coordinates": spot} if None not in spot else None,
        "properties": {
            "reference": ticket.reference,
            "title": ticket.title,
            "url": request.build_absolute_uri(reverse("tickets:ticket", args=[ticket.reference])),
            "status": ticket.status,
            "outcome": ticket.outcome or None,
            "category": ticket.category.code if ticket.category else None,
            "department": ticket.department.code if ticket.department else None,
            "ward": ticket.ward.number if ticket.ward else None,
            "address": ticket.address,
            "supporters": ticket.support_count,
            "created_at": ticket.created_at,
            "updated_at": ticket.updated_at,
            "due_at": ticket.due_at,
            "expired_at": ticket.expired_at,
        },
    }
