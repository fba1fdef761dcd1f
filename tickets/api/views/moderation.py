"""Files of a ticket are published and hidden by staff."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import IF_MATCH
from common.api.serializers import NothingSerializer, read_body
from tickets.actions.moderation import hide_photo, publish_photo
from tickets.api.views.attachments import TAG, AttachmentSerializer, seen_file, shown_file
from tickets.api.views.base import NAME, OneTicketEndpoint
from tickets.models import Attachment


def _documents(verb: str, summary: str) -> Any:
    return extend_schema(
        operation_id=f"tickets_attachments_{verb}",
        summary=summary,
        parameters=[NAME, IF_MATCH],
        request=NothingSerializer,
        responses=AttachmentSerializer,
        tags=[TAG],
    )


class ModerationEndpoint(OneTicketEndpoint):
    """The verbs of one file."""

    @_documents("publish", "Publish a photo")
    def publish(self, request: Request, name: str, key: uuid.UUID) -> Response:
        """For staff: whoever may see the ticket sees it from now on, one of a message its two sides."""
        return self._judged(request, name, key, publish_photo)

    @_documents("hide", "Hide a photo")
    def hide(self, request: Request, name: str, key: uuid.UUID) -> Response:
        """For staff, who alone see it from now on; `publish` shows it again."""
        return self._judged(request, name, key, hide_photo)

    def _judged(
        self, request: Request, name: str, key: uuid.UUID, act: Callable[..., Attachment]
    ) -> Response:
        read_body(NothingSerializer, request)
        ticket = self.seen_ticket(request, name)
        photo = act(seen_file(request.user, ticket, key), acting_user=request.user)
        return Response(shown_file(request, ticket, photo))
