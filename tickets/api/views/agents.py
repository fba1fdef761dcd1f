"""The people who work in an organisation, where they work and how much they hold."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.people import change_membership
from accounts.enums import Capability, Role
from accounts.models import Membership, Organisation
from accounts.permissions import has_capability, is_staff_of
from accounts.queries import staff_of
from accounts.querysets import MembershipQuerySet
from common.api.schema import ORGANISATION
from common.api.serializers import read_body
from common.errors import NotAllowed, NotFound
from common.pagination import Key
from departments.api.serializers import DepartmentBriefSerializer
from departments.models import DepartmentMember
from departments.permissions import can_set_availability
from departments.queries import desks_of
from tickets.actions.assignment import set_availability
from tickets.api.filters import AgentFilters
from tickets.api.inputs import AvailabilitySerializer
from tickets.api.views.base import TicketsEndpoint, UnknownName, named_department

_TAG = "agents"


class DeskSerializer(serializers.Serializer[Any]):
    department = DepartmentBriefSerializer()
    capacity = serializers.IntegerField()
    open_tickets = serializers.IntegerField()
    is_available = serializers.BooleanField()


class AgentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="user.pk")
    full_name = serializers.CharField(source="user.full_name")
    email = serializers.EmailField(source="user.email", allow_null=True)
    role = serializers.ChoiceField(choices=Role.choices)
    departments = DeskSerializer(many=True, source="desks")


class AgentsEndpoint(TicketsEndpoint):
    queryset = MembershipQuerySet(Membership)
    serializer_class = AgentSerializer
    filterset_class = AgentFilters
    orderings = {"full_name": Key("user__full_name")}
    default_ordering = "full_name"

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
        page = self.paginate_queryset(self.filter_queryset(staff_of(organisation.pk))) or []
        return self.get_paginated_response(_shown(organisation, page))

    @extend_schema(
        operation_id="agents_retrieve",
        summary="One agent",
        parameters=[ORGANISATION],
        responses=AgentSerializer,
        tags=[_TAG],
    )
    def retrieve(self, request: Request, key: uuid.UUID) -> Response:
        organisation = self._own(request)
        return Response(_shown(organisation, [_member(organisation, key)])[0])

    @extend_schema(
        operation_id="agents_deactivate",
        summary="Let an agent go",
        responses={204: None},
        parameters=[ORGANISATION],
        tags=[_TAG],
    )
    def deactivate(self, request: Request, key: uuid.UUID) -> Response:
        """They work here no more; their account and what they did stay. The last admin cannot go."""
        member = _member(self._own(request), key)
        change_membership(member, role=Role(member.role), is_active=False, acting_user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

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
        member = _member(organisation, key)
        department = named_department(organisation, given.get("department"))
        desks = [
            desk
            for desk in desks_of(organisation.pk, [key])
            if department is None or desk.department_id == department.pk
        ]
        _check_may_set(request.user, desks)
        for desk in desks:
            set_availability(desk, is_available=given["is_available"], acting_user=request.user)
        return Response(_shown(organisation, [member])[0])

    def _own(self, request: Request) -> Organisation:
        """The organisation, for those who work in it. Raises NotAllowed."""
        organisation = self.chosen_organisation(request, self.organisation_slug(request))
        reads = has_capability(request.user, Capability.VIEW_ALL_TICKETS, organisation.pk)
        if not (reads or is_staff_of(request.user, organisation.pk)):
            raise NotAllowed(_("Only people who work here can see who does."))
        return organisation


def _member(organisation: Organisation, key: uuid.UUID) -> Membership:
    member = staff_of(organisation.pk).of_person(key).first()
    if member is None:
        raise NotFound
    return member


def _check_may_set(user: Any, desks: Sequence[DepartmentMember]) -> None:
    if not desks:
        raise UnknownName(_("This person does not work in a department."), field="department")
    if not all(can_set_availability(user, desk) for desk in desks):
        raise NotAllowed


def _shown(organisation: Organisation, members: Sequence[Membership]) -> Any:
    """Agents with their desks: one query more, however many there are."""
    desks: dict[uuid.UUID, list[DepartmentMember]] = {member.user_id: [] for member in members}
    for desk in desks_of(organisation.pk, desks):
        desks[desk.user_id].append(desk)
    for member in members:
        member.desks = desks[member.user_id]  # type: ignore[attr-defined]
    return AgentSerializer(members, many=True).data
