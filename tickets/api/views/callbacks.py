"""To be called back: residents ask, and the call centre works off its queue."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, cast

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import LineField, MomentField, TextField
from common.api.filters import ListFilter, YesNoFilter
from common.api.schema import ORGANISATION
from common.api.serializers import NothingSerializer, StrictSerializer, read_body
from common.pagination import Key
from tickets.actions.callbacks import (
    LONGEST_NOTE,
    ask_for_call,
    finish_callback,
    miss_callback,
    take_callback,
)
from tickets.api.inputs import NoteSerializer
from tickets.api.shapes import PersonSerializer, ReferredSerializer
from tickets.api.views.base import OneTicketEndpoint, TicketsEndpoint, documents_verb, signed_in_user
from tickets.enums import CallbackState
from tickets.models import Callback
from tickets.people_querysets import CallbackQuerySet
from tickets.queries import callbacks_in, get_callback

_TAG = "callbacks"
Body = type[serializers.Serializer[Any]]


class CallbackSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    ticket = ReferredSerializer()
    person = PersonSerializer()
    phone = serializers.CharField()
    note = serializers.CharField()
    state = serializers.ChoiceField(choices=CallbackState.choices)
    attempts = serializers.IntegerField(help_text=_("How often nobody answered."))
    taken_by = PersonSerializer(allow_null=True, help_text=_("Who is calling now; for staff."))
    call_after = MomentField(help_text=_("Not to be called before."))
    created_at = MomentField()
    ended_at = MomentField(allow_null=True)


class NewCallbackSerializer(StrictSerializer):
    phone = LineField(
        max_length=40, required=False, allow_blank=True, help_text=_("Without it, the number that is known.")
    )
    when = serializers.DateTimeField(
        required=False, allow_null=True, help_text=_("Not before, at most two weeks from now.")
    )
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class CallbackFilters(django_filters.FilterSet):
    state = ListFilter("state", read=CallbackState, label=_("open, done, not_reached."))
    ticket = django_filters.UUIDFilter("ticket_id")
    is_taken = YesNoFilter("taken_by", lookup_expr="isnull", exclude=True, label=_("Somebody is calling."))

    class Meta:
        model = Callback
        fields: list[str] = []


class TicketCallbacksEndpoint(OneTicketEndpoint):
    @documents_verb(
        "callbacks_create",
        "Call me back",
        NewCallbackSerializer,
        {"phone": "082 123 4567", "note": "I can show where it comes out."},
        responses={201: CallbackSerializer},
        checks_version=False,
        tag=_TAG,
    )
    def create(self, request: Request, name: str) -> Response:
        """For who reported the ticket, and for its supporters; one open callback for each."""
        ticket = self.seen_ticket(request, name)
        given = read_body(NewCallbackSerializer, request)
        asked = ask_for_call(
            ticket,
            phone=given.get("phone", ""),
            note=given.get("note", ""),
            call_after=given.get("when"),
            acting_user=signed_in_user(request),
        )
        shown = CallbackSerializer(asked).data | {"taken_by": None}
        return Response(shown, status=status.HTTP_201_CREATED)


def _documents(verb: str, summary: str, body: Body, example: dict[str, Any] | None = None) -> Any:
    examples = [] if example is None else [OpenApiExample("For example", example, request_only=True)]
    return extend_schema(
        operation_id=f"callbacks_{verb}",
        summary=summary,
        request=body,
        responses=CallbackSerializer,
        examples=examples,
        tags=[_TAG],
    )


class CallbacksEndpoint(TicketsEndpoint):
    """The queue of who wants to be called, for staff who may see who reported."""

    queryset = CallbackQuerySet(Callback)
    serializer_class = CallbackSerializer
    filterset_class = CallbackFilters
    orderings = {"call_after": Key("call_after"), "created_at": Key("created_at")}
    default_ordering = "call_after"

    @extend_schema(
        operation_id="callbacks_list",
        summary="Who wants to be called",
        parameters=[ORGANISATION],
        responses=CallbackSerializer(many=True),
        tags=[_TAG],
    )
    def list(self, request: Request) -> Response:
        """Who has waited longest first. Residents find their own on their tickets' pages."""
        organisation = self.chosen_organisation(request, self.organisation_slug(request))
        rows = cast(CallbackQuerySet, self.filter_queryset(callbacks_in(organisation.pk, request.user)))
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response(CallbackSerializer(page, many=True).data)

    @_documents("take", "I call now", NothingSerializer)
    def take(self, request: Request, key: uuid.UUID) -> Response:
        """So that nobody else does. Who comes second gets 409 and is told who is calling."""
        return self._answer(request, key, NothingSerializer, take_callback)

    @_documents("done", "Called", NoteSerializer, {"note": "Explained that the team comes on Thursday."})
    def done(self, request: Request, key: uuid.UUID) -> Response:
        """What came of it is on the ticket; the reporter reads it."""
        return self._answer(request, key, NoteSerializer, finish_callback)

    @_documents("not_reached", "Not reached", NothingSerializer)
    def not_reached(self, request: Request, key: uuid.UUID) -> Response:
        """Back into the queue for an hour later; after the third time it ends. The person is told."""
        return self._answer(request, key, NothingSerializer, miss_callback)

    def _answer(self, request: Request, key: uuid.UUID, body: Body, act: Callable[..., Callback]) -> Response:
        callback = get_callback(request.user, key)
        acted = act(callback, acting_user=request.user, **read_body(body, request))
        return Response(CallbackSerializer(get_callback(request.user, acted.pk)).data)
