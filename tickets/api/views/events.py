"""The feed for machines that read on from where they were; `ticketing.stream` tells it as it happens."""

from __future__ import annotations

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.serializers import read_query
from tickets.api.feed import EventsQuerySerializer, FeedSerializer, read_wanted
from tickets.api.views.base import TicketsEndpoint
from tickets.feed import feed_item, readable_events
from tickets.live import live_name


class EventsEndpoint(TicketsEndpoint):
    public_actions = frozenset({"list"})
    # A position is all that one needs to read on.
    pagination_class = None  # type: ignore[assignment]
    filter_backends = []

    @extend_schema(
        operation_id="events_list",
        summary="What happened since",
        parameters=[EventsQuerySerializer],
        responses=forced_singular_serializer(FeedSerializer),  # type: ignore[no-untyped-call]
        tags=["events"],
        filters=False,
    )
    def list(self, request: Request) -> Response:
        """Events behind a position, in the order of their commits: whoever was away catches up exactly.

        An event tells that something changed; read the ticket for what it is now. The stream, whose address
        is in the index as `stream_url`, takes the same parameters but `limit`.
        """
        given = read_query(EventsQuerySerializer, request)
        wanted = read_wanted(request.user, given, host=request.get_host())
        after, limit = given.get("after", 0), given["limit"]
        page = list(readable_events(request.user, wanted).after(after)[: limit + 1])
        shown = page[:limit]
        results = [
            {"position": event.position, "event": live_name(event.kind), **feed_item(event)}
            for event in shown
        ]
        last = shown[-1].position if shown else after
        return Response({"results": results, "after": last, "more": len(page) > len(shown)})
