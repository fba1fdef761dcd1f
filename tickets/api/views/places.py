"""Tickets by place."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation
from common.api.serializers import read_query
from tickets.api.inputs import MapQuerySerializer, NearbyQuerySerializer, SimilarQuerySerializer
from tickets.api.places import (
    FeatureCollectionSerializer,
    NearbySerializer,
    around,
    feature_collection,
    marker_rows,
    nearest,
)
from tickets.api.reading import TicketReader
from tickets.api.shapes import TicketSerializer
from tickets.api.views.base import TicketsEndpoint, named_category
from tickets.api.words import read_statuses
from tickets.queries import similar_open_tickets, ticket_rows, tickets_in
from tickets.querysets import TicketQuerySet

GEOJSON = "application/geo+json"
_TAG = "tickets: places"


def example(name: str, value: Any) -> Any:
    parameter = OpenApiExample("Church Square, Pretoria", value)
    return OpenApiParameter(name, required=True, type=str if name == "bbox" else float, examples=[parameter])


_HERE = [example("lat", -25.7463), example("lon", 28.1881)]


class PlacesEndpoint(TicketsEndpoint):
    public_actions = frozenset({"nearby", "similar", "on_map"})
    # What is near by is few.
    pagination_class = None  # type: ignore[assignment]

    @extend_schema(
        operation_id="tickets_nearby",
        summary="Tickets near a place",
        parameters=[NearbyQuerySerializer, *_HERE],
        responses=NearbySerializer,
        tags=[_TAG],
    )
    def nearby(self, request: Request) -> Response:
        """Nearest first, at most five kilometres away."""
        given = read_query(NearbyQuerySerializer, request)
        here = (given["lat"], given["lon"])
        organisation = self.chosen_organisation(request, given.get("organisation"))
        reader = TicketReader(request)
        tickets = around(self._chosen(request, organisation, given), *here, given["radius"])
        # Degrees order almost as metres do: twice as many as wanted hold the nearest of them.
        rows = reader.rows(tickets)[: 2 * given["limit"]]
        places = nearest(rows, *here, given["radius"], given["limit"])
        shown = reader.many(row for _metres, row in places)
        results = [ticket | {"distance": place[0]} for ticket, place in zip(shown, places, strict=True)]
        return Response({"results": results, "radius": given["radius"]})

    @extend_schema(
        operation_id="tickets_similar",
        summary="Perhaps the same problem",
        parameters=[SimilarQuerySerializer, *_HERE],
        responses=TicketSerializer(many=True),
        tags=[_TAG],
        filters=False,
    )
    def similar(self, request: Request) -> Response:
        """Up to three public tickets of the same kind, open, recent and some 300 metres around."""
        given = read_query(SimilarQuerySerializer, request)
        organisation = self.chosen_organisation(request, given.get("organisation"))
        alike = similar_open_tickets(
            organisation,
            category=named_category(organisation, given.get("category")),
            latitude=given["lat"],
            longitude=given["lon"],
        )
        reader = TicketReader(request)
        rows = {row["id"]: row for row in reader.rows(ticket_rows(ticket.pk for ticket in alike))}
        return Response(reader.many(rows[ticket.pk] for ticket in alike))

    @extend_schema(
        operation_id="tickets_map",
        summary="Tickets as points of a map",
        parameters=[MapQuerySerializer, example("bbox", "28.15,-25.78,28.25,-25.70")],
        responses={(200, GEOJSON): FeatureCollectionSerializer},
        tags=[_TAG],
    )
    def on_map(self, request: Request) -> Response:
        """GeoJSON of what lies in the box: the newest two thousand, `truncated` when there are more."""
        given = read_query(MapQuerySerializer, request)
        west, south, east, north = given["bbox"]
        organisation = self.chosen_organisation(request, given.get("organisation"))
        tickets = self._chosen(request, organisation, given)
        rows = marker_rows(tickets.within(south=south, west=west, north=north, east=east))
        return Response(feature_collection(rows), content_type=GEOJSON)

    def _chosen(self, request: Request, organisation: Organisation, given: dict[str, Any]) -> TicketQuerySet:
        tickets = tickets_in(organisation.pk, request.user).not_withdrawn()
        category = named_category(organisation, given.get("category"))
        if category is not None:
            tickets = tickets.in_category(category.pk)
        statuses = given.get("status")
        return tickets.with_status(*read_statuses(statuses)) if statuses else tickets.unclosed()
