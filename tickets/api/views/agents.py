"""The people who work in an organisation, where they work and how much they hold."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.invitations import Person, invite_again
from accounts.enums import Capability, MembershipState, Role
from accounts.models import Membership, Organisation
from accounts.permissions import has_capability, is_staff_of
from accounts.queries import agents_of
from accounts.querysets import MembershipQuerySet
from common.api.schema import ORGANISATION
from common.api.serializers import NothingSerializer, read_body
from common.errors import NotAllowed, NotFound
from common.pagination import Key
from common.throttling import InvitationThrottle
from departments.models import DepartmentMember
from departments.permissions import can_set_availability
from departments.queries import desks_of
from tickets.actions.agents import add_agent, change_agent, let_agent_go
from tickets.actions.assignment import set_availability
from tickets.api.agents import (
    AgentChangesSerializer,
    AgentFilters,
    AgentSerializer,
    NewAgentSerializer,
    desks_named,
    shown,
)
from tickets.api.inputs import AvailabilitySerializer
from tickets.api.views.base import TicketsEndpoint, UnknownName, named_department

_TAG = "agents"
_HERE = (MembershipState.ACTIVE, MembershipState.INVITED)
_NEW_AGENT = {
    "name": "Kagiso Molefe",
    "email": "kagiso.molefe@example.org",
    "role": "agent",
    "departments": [{"department": "water", "capacity": 15, "skills": ["WAT-BURST"]}],
}
_LESS = {"departments": [{"department": "water", "capacity": 5}]}


class AgentsEndpoint(TicketsEndpoint):
    queryset = MembershipQuerySet(Membership)
    serializer_class = AgentSerializer
    filterset_class = AgentFilters
    orderings = {"full_name": Key("user__full_name")}
    default_ordering = "full_name"

    def get_throttles(self) -> list[Any]:
        sends_mail = self.action in {"create", "invite_again"}
        return [*([InvitationThrottle()] if sends_mail else []), *super().get_throttles()]

    @extend_schema(
        operation_id="agents_list",
        summary="List agents",
        parameters=[ORGANISATION],
        responses=AgentSerializer(many=True),
        tags=[_TAG],
    )
    def list(self, request: Request) -> Response:
        """Everybody who works in your organisation, with departments, capacity and load."""
        organisation = self._own(request)
        members = _reachable(request, organisation)
        if "state" not in request.query_params:
            members = members.in_states(_HERE)
        page = self.paginate_queryset(self.filter_queryset(members)) or []
        return self.get_paginated_response(shown(organisation, page))

    @extend_schema(
        operation_id="agents_create",
        summary="Invite an agent",
        parameters=[ORGANISATION],
        request=NewAgentSerializer,
        responses={201: AgentSerializer},
        tags=[_TAG],
        examples=[OpenApiExample("For the water department", _NEW_AGENT, request_only=True)],
    )
    def create(self, request: Request) -> Response:
        """A mail with a link goes to the address; whoever follows it works here, with these desks.

        The answer is the same whether the address has an account or not.
        """
        organisation = self._own(request)
        given = read_body(NewAgentSerializer, request)
        member = add_agent(
            organisation,
            Person(given["name"], given["email"], given.get("phone", ""), given.get("language", "")),
            role=Role(given.get("role", Role.AGENT)),
            desks=desks_named(organisation, given.get("departments", [])),
            acting_user=request.user,
        )
        return self._answer(request, organisation, member, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="agents_retrieve",
        summary="One agent",
        parameters=[ORGANISATION],
        responses=AgentSerializer,
        tags=[_TAG],
    )
    def retrieve(self, request: Request, key: uuid.UUID) -> Response:
        organisation = self._own(request)
        return self._answer(request, organisation, member_of(request, organisation, key))

    @extend_schema(
        operation_id="agents_update",
        summary="Change an agent",
        parameters=[ORGANISATION],
        request=AgentChangesSerializer,
        responses=AgentSerializer,
        tags=[_TAG],
        examples=[OpenApiExample("Less at a time", _LESS, request_only=True)],
    )
    def update(self, request: Request, key: uuid.UUID) -> Response:
        """What is not sent stays. Admins of the organisation change everything; those of a department
        its desks. The name of somebody who belongs to another organisation too is theirs alone.
        """
        organisation = self._own(request)
        member = member_of(request, organisation, key)
        given = read_body(AgentChangesSerializer, request)
        desks = desks_named(organisation, given.pop("departments", []))
        role = Role(given.pop("role")) if "role" in given else None
        change_agent(member, **given, role=role, desks=desks, acting_user=request.user)
        return self._answer(request, organisation, member)

    @extend_schema(
        operation_id="agents_deactivate",
        summary="Let an agent go",
        responses={204: None},
        parameters=[ORGANISATION],
        tags=[_TAG],
    )
    def deactivate(self, request: Request, key: uuid.UUID) -> Response:
        """They work here no more; their account and what they did stay. The last admin cannot go.

        Who was only invited is gone altogether.
        """
        let_agent_go(member_of(request, self._own(request), key), acting_user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="agents_invite_again",
        summary="Send the invitation again",
        parameters=[ORGANISATION],
        request=NothingSerializer,
        responses=AgentSerializer,
        tags=[_TAG],
    )
    def invite_again(self, request: Request, key: uuid.UUID) -> Response:
        """With a new link, for seven days; the old one ends."""
        organisation = self._own(request)
        read_body(NothingSerializer, request)
        member = member_of(request, organisation, key)
        invite_again(member, acting_user=request.user)
        return self._answer(request, organisation, member)

    @extend_schema(
        operation_id="agents_availability",
        summary="Come or go",
        request=AvailabilitySerializer,
        responses=AgentSerializer,
        parameters=[ORGANISATION],
        tags=[_TAG],
        examples=[OpenApiExample("Back from lunch", {"is_available": True}, request_only=True)],
    )
    def availability(self, request: Request, key: uuid.UUID) -> Response:
        """Whether an agent takes tickets now. For themselves and for admins of their department."""
        organisation = self._own(request)
        given = read_body(AvailabilitySerializer, request)
        member = member_of(request, organisation, key)
        department = named_department(organisation, given.get("department"))
        desks = [
            desk
            for desk in desks_of(organisation.pk, [member.user_id])
            if department is None or desk.department_id == department.pk
        ]
        _check_may_set(request.user, desks)
        for desk in desks:
            set_availability(desk, is_available=given["is_available"], acting_user=request.user)
        return self._answer(request, organisation, member)

    def _own(self, request: Request) -> Organisation:
        """The organisation, for those who work in it. Raises NotAllowed."""
        organisation = self.chosen_organisation(request, self.organisation_slug(request))
        reads = has_capability(request.user, Capability.VIEW_ALL_TICKETS, organisation.pk)
        if not (reads or is_staff_of(request.user, organisation.pk)):
            raise NotAllowed(_("Only people who work here can see who does."))
        return organisation

    def _answer(
        self,
        request: Request,
        organisation: Organisation,
        member: Membership,
        status_code: int = status.HTTP_200_OK,
    ) -> Response:
        """The agent as they are now."""
        present = _reachable(request, organisation).with_id(member.user_id)
        return Response(shown(organisation, list(present))[0], status=status_code)


def _reachable(request: Request, organisation: Organisation) -> MembershipQuerySet:
    """Who is shown to this person: those who were let go only to those who could have them back."""
    members = agents_of(organisation.pk)
    manages = has_capability(request.user, Capability.MANAGE_ORGANISATION, organisation.pk)
    return members if manages else members.in_states(_HERE)


def member_of(request: Request, organisation: Organisation, key: uuid.UUID) -> Membership:
    member = _reachable(request, organisation).with_id(key).first()
    if member is None:
        raise NotFound
    return member


def _check_may_set(user: Any, desks: Sequence[DepartmentMember]) -> None:
    if not desks:
        raise UnknownName(_("This person does not work in a department."), field="department")
    if not all(can_set_availability(user, desk) for desk in desks):
        raise NotAllowed
