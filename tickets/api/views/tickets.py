"""Tickets: list, log, read, correct, withdraw."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import WITH_SECRET
from accounts.models import Organisation
from accounts.permissions import is_staff_of
from common.api.etags import etag_of, expected_version, is_known
from common.api.schema import ORGANISATION
from common.api.serializers import read_body
from common.errors import InvalidInput, NotAllowed
from common.pagination import Key
from tickets.actions.editing import Corrections
from tickets.actions.intake import Place, Report, Reporter, create_ticket
from tickets.actions.lifecycle import withdraw_ticket
from tickets.actions.status import change_status
from tickets.actions.updating import Wanted, update_ticket
from tickets.api.filters import TicketFilters
from tickets.api.inputs import NewTicketSerializer, TicketChangesSerializer
from tickets.api.reading import TicketReader
from tickets.api.shapes import TicketDetailSerializer, TicketSerializer
from tickets.api.views.base import (
    NAME,
    OneTicketEndpoint,
    TicketsEndpoint,
    named_category,
    named_department,
    named_people,
    named_person,
    named_project,
    signed_in_user,
)
from tickets.enums import Source, Status
from tickets.events import one_update
from tickets.models import Ticket
from tickets.permissions import can_log_for_caller
from tickets.queries import tickets_in
from tickets.querysets import TicketQuerySet
from tickets.workflow import NoteRequired

# What decides over other people's work is for those who work here.
STAFF_ONLY = ("assignees", "lead", "status", "priority", "project", "tags", "external_ref", "source")
_BURST_PIPE = {
    "title": "Water is running down Church Street",
    "description": "A pipe burst in front of number 112 this morning.",
    "category": "WAT-BURST",
    "latitude": -25.7461,
    "longitude": 28.1881,
    "address": "112 Church Street, Pretoria",
    "customer_name": "Thandi Mokoena",
    "customer_phone": "082 123 4567",
}


class TicketListEndpoint(TicketsEndpoint):
    """All tickets of an organisation that you may see."""

    authentication_classes = WITH_SECRET
    queryset = TicketQuerySet(Ticket)
    serializer_class = TicketSerializer
    filterset_class = TicketFilters
    public_actions = frozenset({"list", "create"})
    orderings = {
        "created_at": Key("created_at"),
        "updated_at": Key("updated_at", nullable=True),
        "due_at": Key("due_at", nullable=True),
        "priority": Key("priority"),
        "supports": Key("support_count"),
    }
    default_ordering = "-created_at"

    @extend_schema(
        operation_id="tickets_list",
        summary="List tickets",
        parameters=[ORGANISATION],
        responses=TicketSerializer(many=True),
        tags=["tickets"],
    )
    def list(self, request: Request) -> Response:
        """Tickets of one organisation, newest first. Visitors see public ones, without who reported them."""
        organisation = self.chosen_organisation(request, self.organisation_slug(request))
        reader = TicketReader(request)
        tickets = cast(TicketQuerySet, self.filter_queryset(tickets_in(organisation.pk, request.user)))
        page = self.paginate_queryset(reader.rows(tickets)) or []
        return self.get_paginated_response(reader.many(page))

    @extend_schema(
        operation_id="tickets_create",
        summary="Log a ticket",
        request=NewTicketSerializer,
        responses={201: TicketDetailSerializer},
        tags=["tickets"],
        examples=[OpenApiExample("A burst pipe, for a caller", _BURST_PIPE, request_only=True)],
    )
    def create(self, request: Request) -> Response:
        """Log a problem: it gets a reference, a ward, a department, a promise and an agent at once.

        Residents log for themselves. Visitors leave an e-mail address or a phone number, where the
        organisation is open to the public and asks them for no code (`confirms_reporters`). Staff log
        for a caller with `customer_*`, and only they may set priority, people, project, tags, source
        and external reference. A key of an organisation, or its `secret` in the body, does what staff do.
        """
        given = read_body(NewTicketSerializer, request)
        given.pop("secret", None)
        organisation = self.chosen_organisation(request, given.pop("organisation", None))
        ticket = log_ticket(organisation, given, acting_user=request.user)
        shown = TicketReader(request).one(ticket)
        headers = {"ETag": etag_of(shown["version"]), "Location": shown["links"]["self"]}
        return Response(shown, status=status.HTTP_201_CREATED, headers=headers)


def log_ticket(organisation: Organisation, given: dict[str, Any], *, acting_user: Any) -> Ticket:
    """Create what the body describes. Raises NotAllowed for what only staff may set."""
    if not (is_staff_of(acting_user, organisation.pk) or can_log_for_caller(acting_user, organisation.pk)):
        reserved = next((name for name in STAFF_ONLY if given.get(name)), None)
        if reserved is not None:
            raise NotAllowed(_("Only people who work here can set this."), field=reserved)
    report = _report(organisation, given)
    status = given.get("status", Status.OPEN)
    with transaction.atomic(), one_update():
        ticket = create_ticket(
            organisation,
            report,
            reporter=_reporter(given, acting_user),
            source=Source(given.get("source", Source.API)),
            acting_user=acting_user,
        )
        return ticket if status == Status.OPEN else _take_to(ticket, status, acting_user)


def _take_to(ticket: Ticket, status: Status, acting_user: Any) -> Ticket:
    """Work that had begun, or was done, before it was written down."""
    try:
        return change_status(ticket, status=status, note="", acting_user=acting_user)
    except NoteRequired as refusal:
        raise InvalidInput(_("A new ticket is open, in progress or closed."), field="status") from refusal


def _report(organisation: Organisation, given: dict[str, Any]) -> Report:
    lead = given.get("lead")
    return Report(
        title=given["title"],
        description=given.get("description", ""),
        category=named_category(organisation, given.get("category")),
        department=named_department(organisation, given.get("department")),
        project=named_project(organisation, given.get("project")),
        priority=given.get("priority"),
        place=Place(given.get("latitude"), given.get("longitude"), given.get("address", "")),
        tags=given.get("tags", ()),
        external_ref=given.get("external_ref", ""),
        is_public=given.get("is_public"),
        assignees=named_people(organisation, given.get("assignees", [])),
        lead=named_person(organisation, lead, "lead") if lead else None,
    )


def _reporter(given: dict[str, Any], acting_user: Any) -> Reporter:
    """The customer that the body names, else the person who is signed in; a key is nobody who reports."""
    name, email, phone = (given.get(f"customer_{part}", "") for part in ("name", "email", "phone"))
    if acting_user.is_authenticated and not (name or email or phone) and not acting_user.is_service:
        return Reporter(user=acting_user)
    return Reporter(name=name, email=email, phone=phone)


class TicketEndpoint(OneTicketEndpoint):
    """One ticket."""

    public_actions = frozenset({"retrieve"})

    @extend_schema(
        operation_id="tickets_retrieve",
        summary="Read a ticket",
        parameters=[NAME],
        responses=TicketDetailSerializer,
        tags=["tickets"],
    )
    def retrieve(self, request: Request, name: str) -> Response:
        """By id or reference. A reference with a typing error answers `mistyped_reference`."""
        ticket = self.seen_ticket(request, name)
        if is_known(request, ticket.version):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag_of(ticket.version)})
        return self.answer(request, ticket)

    @extend_schema(
        operation_id="tickets_update",
        summary="Change a ticket",
        request=TicketChangesSerializer,
        responses=TicketDetailSerializer,
        parameters=[NAME],
        tags=["tickets"],
        examples=[
            OpenApiExample("A better title", {"title": "Burst main in Church Street"}, request_only=True),
            OpenApiExample(
                "Begin, and say who helps",
                {"status": "in progress", "assignees": ["water@demo.lokisa.example"]},
                request_only=True,
            ),
        ],
    )
    def update(self, request: Request, name: str) -> Response:
        """Every change is made by the verb that it has, with that verb's rules, all of them or none.

        What is the same as before changes nothing. People who follow the ticket hear of it once.
        """
        ticket = self.seen_ticket(request, name)
        wanted = _wanted(ticket.organisation, read_body(TicketChangesSerializer, request))
        version = expected_version(request)
        return self.answer(
            request, update_ticket(ticket, wanted, acting_user=request.user, expected_version=version)
        )

    @extend_schema(
        operation_id="tickets_withdraw",
        summary="Withdraw a ticket",
        responses={204: None},
        parameters=[NAME],
        tags=["tickets"],
    )
    def destroy(self, request: Request, name: str) -> Response:
        """It leaves every list; its history stays, for nothing is ever destroyed."""
        ticket = self.seen_ticket(request, name)
        withdraw_ticket(
            ticket, acting_user=signed_in_user(request), expected_version=expected_version(request)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _wanted(organisation: Organisation, given: dict[str, Any]) -> Wanted:
    point = (given["latitude"], given["longitude"]) if "latitude" in given else None
    words = {name: given[name] for name in ("title", "description", "address", "tags") if name in given}
    lead, people = given.get("lead"), given.get("assignees")
    return Wanted(
        corrections=Corrections(**words, point=point),
        status=given.get("status"),
        priority=given.get("priority"),
        category=named_category(organisation, given.get("category")),
        department=named_department(organisation, given.get("department")),
        project=named_project(organisation, given.get("project")),
        leaves_project="project" in given and not given["project"],
        lead=named_person(organisation, lead, "lead") if lead else None,
        assignees=None if people is None else named_people(organisation, people),
        note=given.get("note", ""),
    )
