"""Messages, notes, me too, following, and the timeline."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.serializers import read_body
from common.pagination import Key
from tickets.actions.conversation import add_message, add_note
from tickets.actions.following import follow_ticket, unfollow_ticket
from tickets.actions.support import support_ticket, withdraw_support
from tickets.api.conversation import EventSerializer, MessageSerializer, Storyteller
from tickets.api.inputs import BodySerializer
from tickets.api.views.base import NAME, OneTicketEndpoint, documents_verb, signed_in_user
from tickets.enums import Source
from tickets.event_querysets import MessageQuerySet, TicketEventQuerySet
from tickets.models import Message, TicketEvent
from tickets.queries import messages_of, timeline_of

_TAG = "tickets: conversation"


class TimelineEndpoint(OneTicketEndpoint):
    queryset = TicketEventQuerySet(TicketEvent)
    public_actions = frozenset({"list"})
    orderings = {"at": Key("occurred_at")}
    default_ordering = "at"

    @extend_schema(
        operation_id="tickets_timeline",
        summary="What happened to a ticket",
        parameters=[NAME],
        responses=EventSerializer(many=True),
        tags=[_TAG],
    )
    def list(self, request: Request, name: str) -> Response:
        """Every event that you may see, oldest first: the timeline, and for staff the audit trail."""
        ticket = self.seen_ticket(request, name)
        teller = Storyteller(request.user, ticket)
        page = self.paginate_queryset(self.filter_queryset(timeline_of(request.user, ticket))) or []
        return self.get_paginated_response([teller.event(event) for event in page])


class MessagesEndpoint(OneTicketEndpoint):
    queryset = MessageQuerySet(Message)
    orderings = {"at": Key("created_at")}
    default_ordering = "at"

    @extend_schema(
        operation_id="tickets_messages_list",
        summary="Messages of a ticket",
        parameters=[NAME],
        responses=MessageSerializer(many=True),
        tags=[_TAG],
    )
    def list(self, request: Request, name: str) -> Response:
        """Between the reporter and staff, oldest first; staff see their notes as well."""
        ticket = self.seen_ticket(request, name)
        teller = Storyteller(request.user, ticket)
        page = self.paginate_queryset(self.filter_queryset(messages_of(request.user, ticket))) or []
        return self.get_paginated_response([teller.message(said) for said in page])

    @documents_verb(
        "messages_create",
        "Say something",
        BodySerializer,
        {"body": "It is in front of the school, not behind it."},
        responses={201: MessageSerializer},
        tag=_TAG,
    )
    def create(self, request: Request, name: str) -> Response:
        """To the other side. The reporter's word on a responded ticket takes it back to work."""
        ticket = self.seen_ticket(request, name)
        body = read_body(BodySerializer, request)["body"]
        said = add_message(ticket, body=body, acting_user=request.user, source=Source.API)
        return self._answer_message(request, said)

    @documents_verb(
        "notes_create",
        "Write an internal note",
        BodySerializer,
        {"body": "The valve is behind the blue gate; the key hangs at the depot."},
        responses={201: MessageSerializer},
        tag=_TAG,
    )
    def create_note(self, request: Request, name: str) -> Response:
        """Only staff see it."""
        ticket = self.seen_ticket(request, name)
        body = read_body(BodySerializer, request)["body"]
        return self._answer_message(request, add_note(ticket, body=body, acting_user=request.user))

    def _answer_message(self, request: Request, said: Message) -> Response:
        shown = Storyteller(request.user, self.ticket).message(said)
        return Response(shown, status=status.HTTP_201_CREATED)


class SupportEndpoint(OneTicketEndpoint):
    @documents_verb("support", "Me too", None, tag=_TAG)
    def give(self, request: Request, name: str) -> Response:
        """You have the problem as well, and are kept informed. Doing it twice counts once."""
        ticket = self.seen_ticket(request, name)
        return self.answer(request, support_ticket(ticket, acting_user=signed_in_user(request)))

    @documents_verb("support_withdraw", "Not me any more", None, responses={204: None}, tag=_TAG)
    def withdraw(self, request: Request, name: str) -> Response:
        """Take the support back."""
        withdraw_support(self.seen_ticket(request, name), acting_user=signed_in_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class FollowEndpoint(OneTicketEndpoint):
    @documents_verb("follow", "Follow", None, tag=_TAG)
    def give(self, request: Request, name: str) -> Response:
        """You are kept informed as supporters are, and counted nowhere. Doing it twice counts once."""
        ticket = self.seen_ticket(request, name)
        return self.answer(request, follow_ticket(ticket, acting_user=signed_in_user(request)))

    @documents_verb("unfollow", "Follow no more", None, responses={204: None}, tag=_TAG)
    def withdraw(self, request: Request, name: str) -> Response:
        """You hear no more of it, unless for another reason."""
        unfollow_ticket(self.seen_ticket(request, name), acting_user=signed_in_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
