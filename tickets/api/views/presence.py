"""When agents are there: their shifts and leave; and handing on what they have."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation
from common.api.fields import LineField, TextField
from common.api.schema import ORGANISATION
from common.api.serializers import StrictSerializer, read_body
from common.errors import NotFound
from departments.actions.presence import cancel_leave, change_leave, set_shifts, take_leave
from departments.api.serializers import DepartmentBriefSerializer
from departments.enums import Weekday
from departments.models import DepartmentMember, Leave
from departments.permissions import can_set_availability
from departments.presence import MINUTES_A_DAY, WeeklyShift, clock_time
from departments.queries import desks_of, leave_of, shifts_of
from tickets.actions.handing_on import hand_on_tickets
from tickets.api.views.agents import AgentsEndpoint, member_of
from tickets.api.views.base import UnknownName, named_department, named_person

_TAG = "agents"
_WEEKDAYS = [(day.name.lower(), day.label) for day in Weekday]
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_ONE_DEPARTMENT = gettext_lazy("Id or code; without it, wherever the agent works.")
_WEEK = {
    "department": "water",
    "shifts": [
        {"weekday": "monday", "starts_at": "06:00", "ends_at": "14:00"},
        {"weekday": "friday", "starts_at": "22:00", "ends_at": "06:00"},
    ],
}


class ClockField(serializers.CharField):
    """A time of day as people write it; midnight at the end of a day is 24:00."""

    default_error_messages = {"not_a_time": gettext_lazy("Write a time of day such as 08:00.")}

    def to_internal_value(self, data: Any) -> Any:
        found = _CLOCK.fullmatch(super().to_internal_value(data))
        if found is None:
            self.fail("not_a_time")
        return int(found[1]) * 60 + int(found[2]) if found[1] else MINUTES_A_DAY

    def to_representation(self, value: Any) -> str:
        return clock_time(value if value <= MINUTES_A_DAY else value - MINUTES_A_DAY)


class ShiftSerializer(StrictSerializer):
    weekday = serializers.ChoiceField(choices=_WEEKDAYS)
    starts_at = ClockField(source="starts_minute")
    ends_at = ClockField(
        source="ends_minute", help_text=gettext_lazy("Not later than the start: on the next day.")
    )

    def to_representation(self, instance: Any) -> Any:
        return super().to_representation(
            {
                "weekday": Weekday(instance.weekday).name.lower(),
                "starts_minute": instance.starts_minute,
                "ends_minute": instance.ends_minute,
            }
        )


class ShiftsSerializer(StrictSerializer):
    department = LineField(max_length=100, required=False, help_text=_ONE_DEPARTMENT)
    shifts = ShiftSerializer(many=True, help_text=gettext_lazy("The whole week; none: always on shift."))


class DeskShiftsSerializer(serializers.Serializer[Any]):
    department = DepartmentBriefSerializer()
    time_zone = serializers.CharField(source="department.calendar.time_zone")
    shifts = ShiftSerializer(many=True, source="shifts.all")


class NewLeaveSerializer(StrictSerializer):
    starts_on = serializers.DateField(help_text=gettext_lazy("The first day."))
    ends_on = serializers.DateField(help_text=gettext_lazy("The last day."))
    reason = LineField(max_length=200, required=False, allow_blank=True)
    department = LineField(max_length=100, required=False, help_text=_ONE_DEPARTMENT)


class LeaveChangesSerializer(StrictSerializer):
    starts_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False)
    reason = LineField(max_length=200, required=False, allow_blank=True)


class LeaveSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    department = DepartmentBriefSerializer(source="member.department")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    reason = serializers.CharField(help_text=gettext_lazy("For the agent and who manages the department."))


class HandOnSerializer(StrictSerializer):
    to = LineField(
        max_length=254,
        required=False,
        allow_null=True,
        help_text=gettext_lazy("Id or e-mail address of a colleague; without it, back to the queue."),
    )
    department = LineField(max_length=100, required=False, help_text=_ONE_DEPARTMENT)
    reason = TextField(max_length=2000)


class HandedOnSerializer(serializers.Serializer[Any]):
    handed_on = serializers.IntegerField(help_text=gettext_lazy("How many tickets."))


class PresenceEndpoint(AgentsEndpoint):
    """Below `agents/{id}/`."""

    # Somebody has a handful of desks, shifts and days off.
    pagination_class = None  # type: ignore[assignment]

    @extend_schema(
        operation_id="agents_shifts",
        summary="An agent's shifts",
        parameters=[ORGANISATION],
        responses=DeskShiftsSerializer(many=True),
        tags=[_TAG],
    )
    def shifts(self, request: Request, key: uuid.UUID) -> Response:
        """By department, in the time zone of its hours. Without shifts an agent is always on shift."""
        organisation = self._own(request)
        return self._answer_shifts(request, organisation, key)

    @extend_schema(
        operation_id="agents_set_shifts",
        summary="Set an agent's shifts",
        parameters=[ORGANISATION],
        request=ShiftsSerializer,
        responses=DeskShiftsSerializer(many=True),
        tags=[_TAG],
        examples=[OpenApiExample("An early and a night shift", _WEEK, request_only=True)],
    )
    def set_shifts(self, request: Request, key: uuid.UUID) -> Response:
        """The whole week is replaced. For admins of the department."""
        organisation = self._own(request)
        given = read_body(ShiftsSerializer, request)
        week = [_weekly(shift) for shift in given["shifts"]]
        for desk in self._desks(request, organisation, key, given.get("department")):
            set_shifts(desk, week, acting_user=request.user)
        return self._answer_shifts(request, organisation, key)

    @extend_schema(
        operation_id="agents_leave",
        summary="An agent's leave",
        parameters=[ORGANISATION],
        responses=LeaveSerializer(many=True),
        tags=[_TAG],
    )
    def leave(self, request: Request, key: uuid.UUID) -> Response:
        """What is not over yet, the next first."""
        organisation = self._own(request)
        found = leave_of(self._desks(request, organisation, key, None))
        return Response([_shown(request.user, leave) for leave in found])

    @extend_schema(
        operation_id="agents_take_leave",
        summary="Take leave",
        parameters=[ORGANISATION],
        request=NewLeaveSerializer,
        responses={201: LeaveSerializer(many=True)},
        tags=[_TAG],
        examples=[
            OpenApiExample(
                "The holidays", {"starts_on": "2026-12-24", "ends_on": "2027-01-02"}, request_only=True
            )
        ],
    )
    def take_leave(self, request: Request, key: uuid.UUID) -> Response:
        """No new tickets on these days. For the agent themselves and for admins of their department."""
        organisation = self._own(request)
        given = read_body(NewLeaveSerializer, request)
        desks = self._desks(request, organisation, key, given.pop("department", None))
        taken = [take_leave(desk, **given, acting_user=request.user) for desk in desks]
        shown = [_shown(request.user, leave) for leave in taken]
        return Response(shown, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="agents_change_leave",
        summary="Move leave",
        parameters=[ORGANISATION],
        request=LeaveChangesSerializer,
        responses=LeaveSerializer,
        tags=[_TAG],
        examples=[OpenApiExample("Back earlier", {"ends_on": "2026-12-29"}, request_only=True)],
    )
    def change_leave(self, request: Request, key: uuid.UUID, leave: uuid.UUID) -> Response:
        found = self._leave(request, key, leave)
        given = read_body(LeaveChangesSerializer, request)
        days = {name: given.get(name, getattr(found, name)) for name in ("starts_on", "ends_on", "reason")}
        return Response(_shown(request.user, change_leave(found, **days, acting_user=request.user)))

    @extend_schema(
        operation_id="agents_cancel_leave",
        summary="Be there after all",
        parameters=[ORGANISATION],
        responses={204: None},
        tags=[_TAG],
    )
    def cancel_leave(self, request: Request, key: uuid.UUID, leave: uuid.UUID) -> Response:
        cancel_leave(self._leave(request, key, leave), acting_user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="agents_hand_on",
        summary="Hand on an agent's tickets",
        parameters=[ORGANISATION],
        request=HandOnSerializer,
        responses=HandedOnSerializer,
        tags=[_TAG],
        examples=[
            OpenApiExample(
                "To a colleague",
                {"to": "water@demo.lokisa.example", "reason": "Off sick until Monday."},
                request_only=True,
            )
        ],
    )
    def hand_on(self, request: Request, key: uuid.UUID) -> Response:
        """Every ticket that the agent has to work on, to one colleague or back to the queue. For admins,
        in the departments that are theirs.
        """
        organisation = self._own(request)
        member = member_of(request, organisation, key)
        given = read_body(HandOnSerializer, request)
        colleague = named_person(organisation, given["to"], "to") if given.get("to") else None
        number = hand_on_tickets(
            member.user,
            organisation=organisation,
            to=colleague,
            department=named_department(organisation, given.get("department")),
            reason=given["reason"],
            acting_user=request.user,
        )
        return Response({"handed_on": number})

    def _desks(
        self, request: Request, organisation: Organisation, key: uuid.UUID, named: str | None
    ) -> Sequence[DepartmentMember]:
        """Where the agent works, or the one place that was named. Raises NotFound, UnknownName."""
        member = member_of(request, organisation, key)
        department = named_department(organisation, named)
        desks = [
            desk
            for desk in desks_of(organisation.pk, [member.user_id])
            if department is None or desk.department_id == department.pk
        ]
        if named and not desks:
            raise UnknownName(_("This person does not work in a department."), field="department")
        return desks

    def _leave(self, request: Request, key: uuid.UUID, leave: uuid.UUID) -> Leave:
        found = leave_of(self._desks(request, self._own(request), key, None)).with_key(leave).first()
        if found is None:
            raise NotFound
        return found

    def _answer_shifts(self, request: Request, organisation: Organisation, key: uuid.UUID) -> Response:
        desks = shifts_of(self._desks(request, organisation, key, None))
        return Response(DeskShiftsSerializer(desks, many=True).data)


def _weekly(shift: dict[str, Any]) -> WeeklyShift:
    start, end = shift["starts_minute"], shift["ends_minute"]
    return Weekday[shift["weekday"].upper()].value, start, end if end > start else end + MINUTES_A_DAY


def _shown(user: Any, leave: Leave) -> Any:
    """Why somebody is on leave is theirs, and their admins', to know."""
    answer = LeaveSerializer(leave).data
    return answer if can_set_availability(user, leave.member) else answer | {"reason": ""}
