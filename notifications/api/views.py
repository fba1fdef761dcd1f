"""What a person wants to be told, over HTTP."""

from __future__ import annotations

from typing import cast

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from common.api.serializers import read_body
from common.api.views import Endpoint
from notifications.actions.preferences import Chosen, choose
from notifications.api.serializers import PreferencesSerializer, shown, switched_off
from notifications.queries import wishes_for

_A_SUMMARY = {
    "digest": "daily",
    "quiet_hours": {"begins": "22:00", "ends": "06:30"},
    "topics": {"progress": {"sms": False}},
}


class PreferencesEndpoint(Endpoint):
    pagination_class = None  # type: ignore[assignment]
    filter_backends = []

    @extend_schema(
        operation_id="preferences_show",
        summary="What I am told",
        responses=PreferencesSerializer,
        tags=["preferences"],
    )
    def show(self, request: Request) -> Response:
        """By topic and channel, whether in a summary, and when no SMS come."""
        return Response(shown(wishes_for(cast(User, request.user))))

    @extend_schema(
        operation_id="preferences_change",
        summary="Change what I am told",
        request=PreferencesSerializer,
        responses=PreferencesSerializer,
        tags=["preferences"],
        examples=[OpenApiExample("A summary, and quiet nights", _A_SUMMARY, request_only=True)],
    )
    def change(self, request: Request) -> Response:
        """What is not sent stays as it is. Receipts and questions to you keep one channel."""
        person = cast(User, request.user)
        changes, wishes = read_body(PreferencesSerializer, request), wishes_for(person)
        quiet = {"begins": wishes.quiet_from, "ends": wishes.quiet_until}
        if "quiet_hours" in changes:
            quiet = changes["quiet_hours"] or {"begins": None, "ends": None}
        chosen = Chosen(
            digest=changes.get("digest", wishes.digest),
            quiet_from=quiet["begins"],
            quiet_until=quiet["ends"],
            switched_off=switched_off(wishes, changes.get("topics", {})),
        )
        choose(person, chosen, acting_user=person)
        return Response(shown(wishes_for(person)))
