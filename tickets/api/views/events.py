"""The feed for machines."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import MomentField
from common.api.serializers import read_query
from tickets.api.inputs import EventsQuerySerializer
from tickets.api.views.base import TicketsEndpoint
from tickets.enums import EventKind
from tickets.feed import feed_item, live_name, readable_events

LIVE_NAMES = ["ticket_created", "ticket_updated", "ticket_deleted"]


class FeedItemSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    event = serializers.ChoiceField(choices=LIVE_NAMES)
    ticket = serializers.UUIDField()
    reference = serializers.CharField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=EventKind.choices)
    status_changed = serializers.BooleanField()
    changed = serializers.ListField(
        child=serializers.CharField(), help_text="Names of the fields that changed."
    )
    at = MomentField()


class FeedSerializer(serializers.Serializer[Any]):
    results = FeedItemSerializer(many=True)
    after = serializers.IntegerField(help_text="Ask for what comes after this next time.")
    more = serializers.BooleanField(help_text="There is more already.")


class EventsEndpoint(TicketsEndpoint):
    public_actions = frozenset({"list"})

    @extend_schema(
        operation_id="events_list",
        summary="What happened since",
        parameters=[EventsQuerySerializer],
        responses={200: FeedSerializer},
        tags=["events"],
        filters=False,
    )
    def list(self, request: Request) -> Response:
        """Events behind a position, in the order of their commits: whoever was away catches up exactly.

        An event tells that something changed; read the ticket for what it is now.
        """
        given = read_query(EventsQuerySerializer, request)
        organisation = self.chosen_organisation(request, given.get("organisation"))
        events = readable_events(request.user, organisation.pk).after(given["after"])
        page = list(events[: given["limit"] + 1])
        shown = page[: given["limit"]]
        results = [
            {"position": event.position, "event": live_name(event.kind), **feed_item(event)}
            for event in shown
        ]
        after = shown[-1].position if shown else given["after"]
        return Response({"results": results, "after": after, "more": len(page) > len(shown)})
