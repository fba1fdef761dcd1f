"""Tags, one by one: what two people add at once is all there afterwards."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.etags import expected_version
from common.api.schema import IF_MATCH
from common.api.serializers import StrictSerializer, read_body
from tickets.actions.tags import change_tags
from tickets.api.views.base import NAME, OneTicketEndpoint, documents_verb
from tickets.exchange.fields import TagsField
from tickets.models import Ticket
from tickets.permissions import can_view_as_staff, is_reporter
from tickets.querysets import TicketQuerySet

_TAG = "tickets: tags"
_ONE = OpenApiParameter(
    "tag", location=OpenApiParameter.PATH, description="In any case, and with slashes if it has some."
)


class TagsSerializer(serializers.Serializer[Any]):
    tags = serializers.ListField(child=serializers.CharField(), help_text=_("For staff and the reporter."))


class NewTagsSerializer(StrictSerializer):
    tags = TagsField(allow_empty=False)


class TagsEndpoint(OneTicketEndpoint):
    queryset = TicketQuerySet(Ticket)

    @extend_schema(
        operation_id="tickets_tags_list",
        summary="Tags of a ticket",
        parameters=[NAME],
        responses=forced_singular_serializer(TagsSerializer),  # type: ignore[no-untyped-call]
        tags=[_TAG],
    )
    def list(self, request: Request, name: str) -> Response:
        """In the order in which they were added."""
        ticket = self.seen_ticket(request, name)
        shown = can_view_as_staff(request.user, ticket) or is_reporter(request.user, ticket)
        return Response({"tags": ticket.tags if shown else []})

    @documents_verb("tags_add", "Add tags", NewTagsSerializer, {"tags": ["burst main", "school"]}, tag=_TAG)
    def add(self, request: Request, name: str) -> Response:
        """At most twenty on a ticket. A tag that is there already, in whatever case, is added once."""
        ticket = self.seen_ticket(request, name)
        tags = read_body(NewTagsSerializer, request)["tags"]
        version = expected_version(request)
        tagged = change_tags(ticket, add=tags, acting_user=request.user, expected_version=version)
        return self.answer(request, tagged)

    @extend_schema(
        operation_id="tickets_tags_remove",
        summary="Remove a tag",
        parameters=[NAME, _ONE, IF_MATCH],
        responses={204: None},
        tags=[_TAG],
    )
    def remove(self, request: Request, name: str, tag: str) -> Response:
        """What is not there is removed already."""
        ticket = self.seen_ticket(request, name)
        version = expected_version(request)
        change_tags(ticket, remove=[tag], acting_user=request.user, expected_version=version)
        return Response(status=status.HTTP_204_NO_CONTENT)
