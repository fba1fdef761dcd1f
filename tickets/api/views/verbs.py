"""The verbs: each endpoint is one action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.etags import expected_version
from common.api.serializers import NothingSerializer, read_body
from departments.queries import find_stage
from tickets.actions.assignment import override_assignment, pick_ticket, unpin_ticket
from tickets.actions.editing import change_assignees
from tickets.actions.lifecycle import (
    complete_ticket,
    reject_ticket,
    reopen_ticket,
    resolve_ticket,
    respond,
    start_work,
)
from tickets.actions.movement import change_priority, promote_ticket, route_ticket, transfer_ticket
from tickets.actions.planning import plan_ticket
from tickets.actions.status import change_status
from tickets.api.inputs import (
    AnswerSerializer,
    AssigneesSerializer,
    AssignSerializer,
    NoteSerializer,
    OptionalNoteSerializer,
    PlanSerializer,
    PrioritySerializer,
    ReasonSerializer,
    RouteSerializer,
    StatusChangeSerializer,
    TransferSerializer,
)
from tickets.api.views.base import (
    OneTicketEndpoint,
    documents_verb,
    found,
    named_category,
    named_department,
    named_people,
    named_person,
    named_project,
)
from tickets.enums import Source
from tickets.models import Ticket

Body = dict[str, Any]


class VerbEndpoint(OneTicketEndpoint):
    def use(
        self,
        request: Request,
        name: str,
        body: type[serializers.Serializer[Any]],
        act: Callable[..., Ticket],
        prepare: Callable[[Ticket, Body], Body] | None = None,
        **fixed: Any,
    ) -> Response:
        """Find the ticket, check the body, act, answer with the ticket as it is now."""
        ticket = self.seen_ticket(request, name)
        given = read_body(body, request)
        if prepare is not None:
            given = prepare(ticket, given)
        version = expected_version(request)
        acted = act(ticket, acting_user=request.user, expected_version=version, **given, **fixed)
        return self.answer(request, acted)


class LifecycleEndpoint(VerbEndpoint):
    @documents_verb("start", "Start work", OptionalNoteSerializer, {"note": "A team is on its way."})
    def start(self, request: Request, name: str) -> Response:
        """Open becomes in progress; the promise to respond is met."""
        return self.use(request, name, OptionalNoteSerializer, start_work)

    @documents_verb(
        "respond", "Answer and wait", AnswerSerializer, {"message": "Which side of the street is it?"}
    )
    def respond(self, request: Request, name: str) -> Response:
        """The clock pauses until the customer replies; without a reply the ticket closes by itself."""
        return self.use(request, name, AnswerSerializer, respond, source=Source.API)

    @documents_verb(
        "resolve", "Report as fixed", NoteSerializer, {"note": "New coupling fitted, street cleaned."}
    )
    def resolve(self, request: Request, name: str) -> Response:
        """The claim that it is fixed. The reporter is sent a code to confirm it, where that is asked for."""
        return self.use(request, name, NoteSerializer, resolve_ticket)

    @documents_verb("complete", "Close as completed", OptionalNoteSerializer, {"note": "Done."})
    def complete(self, request: Request, name: str) -> Response:
        """Only in organisations that ask for no proof; elsewhere the answer is 409."""
        return self.use(request, name, OptionalNoteSerializer, complete_ticket)

    @documents_verb("reject", "Reject", ReasonSerializer, {"reason": "This road belongs to the province."})
    def reject(self, request: Request, name: str) -> Response:
        """Close what is not for the organisation or not a problem, and say why."""
        return self.use(request, name, ReasonSerializer, reject_ticket)

    @documents_verb("reopen", "Reopen", ReasonSerializer, {"reason": "The leak is back."})
    def reopen(self, request: Request, name: str) -> Response:
        """Back to work; the clock goes on from where it stopped."""
        return self.use(request, name, ReasonSerializer, reopen_ticket)

    @documents_verb(
        "status", "Ask for a status", StatusChangeSerializer, {"status": "in progress", "note": "On our way."}
    )
    def status(self, request: Request, name: str) -> Response:
        """For systems that know statuses, not verbs: the verb that leads there is used, with its rules."""
        return self.use(request, name, StatusChangeSerializer, change_status, source=Source.API)


class MovementEndpoint(VerbEndpoint):
    @documents_verb("pick", "Pick", NothingSerializer)
    def pick(self, request: Request, name: str) -> Response:
        """Take the ticket from the queue. Who comes second gets 409 and is told who has it."""
        return self.use(request, name, NothingSerializer, pick_ticket)

    @documents_verb(
        "assign",
        "Decide who works on it",
        AssignSerializer,
        {"assignee": "water@demo.lokisa.example", "reason": "Knows the place."},
    )
    def assign(self, request: Request, name: str) -> Response:
        """For admins: over capacity too, and pinned against automatic reassignment."""

        def prepare(ticket: Ticket, given: Body) -> Body:
            return given | {"assignee": named_person(ticket.organisation, given["assignee"], "assignee")}

        return self.use(request, name, AssignSerializer, override_assignment, prepare)

    @documents_verb(
        "unpin", "Leave it to the rules again", OptionalNoteSerializer, {"note": "Anybody can do this one."}
    )
    def unpin(self, request: Request, name: str) -> Response:
        """For admins: who has the ticket keeps it for now, but it is not pinned to them any more."""
        return self.use(request, name, OptionalNoteSerializer, unpin_ticket)

    @extend_schema(operation_id="tickets_assignees_replace", methods=["PUT"])
    @documents_verb(
        "assignees",
        "Say who else works on it",
        AssigneesSerializer,
        {"assignees": ["water@demo.lokisa.example"]},
    )
    def assignees(self, request: Request, name: str) -> Response:
        """The whole list of people beside the one who leads."""

        def prepare(ticket: Ticket, given: Body) -> Body:
            return {"people": named_people(ticket.organisation, given["assignees"])}

        return self.use(request, name, AssigneesSerializer, change_assignees, prepare)

    @documents_verb(
        "transfer",
        "Transfer",
        TransferSerializer,
        {"department": "roads", "reason": "The road has sunk in as well."},
    )
    def transfer(self, request: Request, name: str) -> Response:
        """To another department. The clock goes on: who used up the time stays accountable for it."""

        def prepare(ticket: Ticket, given: Body) -> Body:
            department = named_department(ticket.organisation, given["department"])
            stage = given.get("stage")
            if department is not None and stage:
                stage = found(find_stage(department, stage), "stage")
            return {"reason": given["reason"], "department": department, "stage": stage or None}

        return self.use(request, name, TransferSerializer, transfer_ticket, prepare)

    @documents_verb(
        "promote", "Move to the next stage", NoteSerializer, {"note": "Inspected, parts ordered."}
    )
    def promote(self, request: Request, name: str) -> Response:
        """To the next stage of its department."""
        return self.use(request, name, NoteSerializer, promote_ticket)

    @documents_verb(
        "priority",
        "Change the priority",
        PrioritySerializer,
        {"priority": "urgent", "reason": "A hospital is dry."},
    )
    def priority(self, request: Request, name: str) -> Response:
        """The time used so far counts against the new promise."""
        return self.use(request, name, PrioritySerializer, change_priority)

    @documents_verb("project", "Move to another project", PlanSerializer, {"project": "Winter readiness"})
    def project(self, request: Request, name: str) -> Response:
        """A closed project takes no tickets. Only what a department has can leave its project."""

        def prepare(ticket: Ticket, given: Body) -> Body:
            return {"project": named_project(ticket.organisation, given["project"])}

        return self.use(request, name, PlanSerializer, plan_ticket, prepare)

    @documents_verb("route", "Correct the category", RouteSerializer, {"category": "ROA-POTHOLE"})
    def route(self, request: Request, name: str) -> Response:
        """A category of another department takes the ticket there."""

        def prepare(ticket: Ticket, given: Body) -> Body:
            return {"category": named_category(ticket.organisation, given["category"])}

        return self.use(request, name, RouteSerializer, route_ticket, prepare)
