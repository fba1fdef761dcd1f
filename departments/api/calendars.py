"""Working hours, for who works there: what is in force, earlier versions, and the next one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import Organisation
from accounts.queries import own_organisation
from common.api.fields import LineField, MomentField
from common.api.schema import ORGANISATION
from common.api.serializers import StrictSerializer, read_body
from common.api.views import Endpoint
from common.errors import DomainError, NotFound
from common.pagination import Key
from departments.actions.calendars import change_calendar, create_calendar, delete_calendar
from departments.api.filters import CalendarFilters
from departments.enums import Weekday
from departments.hours import Hours, SpecialDay, UnreadableTime, read_time, time_of_day
from departments.models import Calendar
from departments.queries import calendars_of
from departments.querysets import CalendarQuerySet
from departments.working_time import Intervals

_TAG = "calendars"
_WEEKDAYS = [(day.word, day.label) for day in Weekday]
_OFFICE: dict[str, Any] = {
    "name": "Depot hours",
    "time_zone": "Africa/Johannesburg",
    "intervals": [
        {"weekday": "monday", "starts_at": "08:00", "ends_at": "16:30"},
        {"weekday": "friday", "starts_at": "22:00", "ends_at": "06:00+1"},
    ],
    "exceptions": [
        {"date": "2026-12-24", "name": "Early closing", "hours": [{"starts_at": "08:00", "ends_at": "12:00"}]}
    ],
    "keeps_public_holidays": True,
}


@extend_schema_field({"type": "string", "maxLength": 10})
class TimeOfDayField(serializers.CharField):
    """Minutes after the midnight of a day, as people write them; the next day's end on `+1`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(help_text=_("Such as 08:00; 06:00+1 is on the next day."), **options)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return read_time(super().to_internal_value(data))
        except UnreadableTime as refusal:
            raise serializers.ValidationError(refusal.message, code=refusal.code) from refusal

    def to_representation(self, value: Any) -> str:
        return time_of_day(value)


class OpenHoursSerializer(StrictSerializer):
    starts_at = TimeOfDayField(source="starts_minute")
    ends_at = TimeOfDayField(source="ends_minute")


class WeeklyIntervalSerializer(OpenHoursSerializer):
    weekday = serializers.ChoiceField(choices=_WEEKDAYS)

    def to_representation(self, instance: Any) -> Any:
        return super().to_representation(instance) | {"weekday": Weekday(instance.weekday).word}

    def get_fields(self) -> Any:
        fields = super().get_fields()
        return {"weekday": fields.pop("weekday"), **fields}


class SpecialDateSerializer(StrictSerializer):
    date = serializers.DateField()
    name = LineField(max_length=120, help_text=_("What is on."))
    hours = OpenHoursSerializer(many=True, required=False, help_text=_("None: closed all day."))


class CalendarSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    is_in_force = serializers.BooleanField(help_text=_("Whether new promises count by it."))
    replaced_by = serializers.UUIDField(
        source="replaced_by_id", allow_null=True, help_text=_("The version in force, for an earlier one.")
    )
    time_zone = serializers.CharField()
    around_the_clock = serializers.BooleanField()
    keeps_public_holidays = serializers.SerializerMethodField(
        help_text=_("Those of coming years are added by themselves.")
    )
    intervals = serializers.SerializerMethodField(help_text=_("The usual week."))
    created_at = MomentField()

    def get_keeps_public_holidays(self, calendar: Calendar) -> bool:
        return calendar.public_holidays_until is not None

    @extend_schema_field(WeeklyIntervalSerializer(many=True))
    def get_intervals(self, calendar: Calendar) -> Any:
        rows = sorted(calendar.intervals.all(), key=lambda row: (row.weekday, row.starts_minute))
        return WeeklyIntervalSerializer(rows, many=True).data


class WholeCalendarSerializer(CalendarSerializer):
    exceptions = serializers.SerializerMethodField(help_text=_("Dates with other hours than their weekday."))

    @extend_schema_field(SpecialDateSerializer(many=True))
    def get_exceptions(self, calendar: Calendar) -> Any:
        return [
            {"date": day.date.isoformat(), "name": day.name, "hours": _spans(day.hours)}
            for day in calendar.hours().days
        ]


class CalendarChangesSerializer(StrictSerializer):
    name = LineField(max_length=80, required=False)
    time_zone = LineField(max_length=60, required=False, help_text=_("Such as Africa/Johannesburg."))
    around_the_clock = serializers.BooleanField(required=False, help_text=_("Every minute counts."))
    intervals = WeeklyIntervalSerializer(many=True, required=False, help_text=_("The whole week."))
    exceptions = SpecialDateSerializer(
        many=True, required=False, help_text=_("All dates with other hours, holidays among them.")
    )
    keeps_public_holidays = serializers.BooleanField(
        required=False, help_text=_("Closed on those of this year and all to come; needs a known country.")
    )
    apply_to_open_tickets = serializers.BooleanField(
        required=False, help_text=_("Promises that run go on by these hours; else they keep theirs.")
    )


class NewCalendarSerializer(CalendarChangesSerializer):
    name = LineField(max_length=80)
    apply_to_open_tickets = None  # type: ignore[assignment]


class CalendarsEndpoint(Endpoint):
    """For who works in the organisation, and its keys; changed by organisation admins."""

    queryset = CalendarQuerySet(Calendar)
    serializer_class = CalendarSerializer
    filterset_class = CalendarFilters
    orderings = {"name": Key("name"), "created_at": Key("created_at")}
    default_ordering = "name"

    @extend_schema(
        operation_id="calendars_list",
        summary="List calendars",
        parameters=[ORGANISATION],
        responses=CalendarSerializer(many=True),
        tags=[_TAG],
    )
    def list(self, request: Request) -> Response:
        """The hours in force, with their weeks; dates that differ stand in each one's own answer."""
        rows = calendars_of(self._own(request).pk).in_force().prefetch_related("intervals")
        page = self.paginate_queryset(self.filter_queryset(rows)) or []
        return self.get_paginated_response(CalendarSerializer(page, many=True).data)

    @extend_schema(
        operation_id="calendars_create",
        summary="Make a calendar",
        parameters=[ORGANISATION],
        request=NewCalendarSerializer,
        responses={201: WholeCalendarSerializer},
        tags=[_TAG],
        examples=[OpenApiExample("Depot hours with a night", _OFFICE, request_only=True)],
    )
    def create(self, request: Request) -> Response:
        """For organisation admins. Without a time zone, in the organisation's."""
        organisation = self._own(request)
        given = read_body(NewCalendarSerializer, request)
        with _fields_of_the_body():
            calendar = create_calendar(
                organisation,
                name=given["name"],
                hours=_changed(Hours(organisation.time_zone), given),
                keeps_public_holidays=given.get("keeps_public_holidays", False),
                acting_user=request.user,
            )
        return self._answer(request, calendar, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="calendars_retrieve",
        summary="One calendar",
        parameters=[ORGANISATION],
        responses=WholeCalendarSerializer,
        tags=[_TAG],
    )
    def retrieve(self, request: Request, key: uuid.UUID) -> Response:
        """Or an earlier version, by whose hours older promises count; `replaced_by` is the one in force."""
        return Response(WholeCalendarSerializer(self._one(request, key)).data)

    @extend_schema(
        operation_id="calendars_update",
        summary="Put other hours in force",
        parameters=[ORGANISATION],
        request=CalendarChangesSerializer,
        responses=WholeCalendarSerializer,
        tags=[_TAG],
        examples=[
            OpenApiExample("Longer on Mondays", {"intervals": _OFFICE["intervals"][:1]}, request_only=True)
        ],
    )
    def update(self, request: Request, key: uuid.UUID) -> Response:
        """As the next version, with an id of its own; departments and standards move to it.

        What is not sent stays; what says the same is no new version. A version that was replaced cannot
        be changed (412).
        """
        calendar = self._one(request, key)
        given = read_body(CalendarChangesSerializer, request)
        with _fields_of_the_body():
            after = change_calendar(
                calendar,
                name=given.get("name"),
                hours=_changed(calendar.hours(), given),
                keeps_public_holidays=given.get("keeps_public_holidays"),
                apply_to_open_tickets=given.get("apply_to_open_tickets", False),
                acting_user=request.user,
            )
        return self._answer(request, after, status.HTTP_200_OK)

    @extend_schema(
        operation_id="calendars_delete",
        summary="Delete a calendar",
        parameters=[ORGANISATION],
        responses={204: None},
        tags=[_TAG],
    )
    def destroy(self, request: Request, key: uuid.UUID) -> Response:
        """With its earlier versions, where nothing works by it (`calendar_in_use`)."""
        delete_calendar(self._one(request, key), acting_user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _own(self, request: Request) -> Organisation:
        return own_organisation(request.user, slug=self.organisation_slug(request))

    def _one(self, request: Request, key: uuid.UUID) -> Calendar:
        found: Calendar | None = calendars_of(self._own(request).pk).in_bulk([key]).get(key)
        if found is None:
            raise NotFound
        return found

    def _answer(self, request: Request, calendar: Calendar, code: int) -> Response:
        where = reverse("api:calendar", kwargs={"key": calendar.pk}, request=request)
        return Response(WholeCalendarSerializer(calendar).data, code, headers={"Content-Location": where})


def _changed(hours: Hours, given: dict[str, Any]) -> Hours:
    """The hours with what was sent of them; unchecked."""
    changes: dict[str, Any] = {
        name: given[name] for name in ("time_zone", "around_the_clock") if name in given
    }
    if "intervals" in given:
        changes["weekly"] = tuple(
            _intervals(row for row in given["intervals"] if row["weekday"] == day.word) for day in Weekday
        )
    if "exceptions" in given:
        days = (
            SpecialDay(row["date"], row["name"], _intervals(row.get("hours", ())))
            for row in given["exceptions"]
        )
        changes["days"] = tuple(sorted(days, key=lambda day: day.date))
    return replace(hours, **changes)


def _intervals(rows: Iterable[dict[str, Any]]) -> Intervals:
    return tuple(sorted((row["starts_minute"], row["ends_minute"]) for row in rows))


def _spans(intervals: Intervals) -> list[dict[str, str]]:
    return [{"starts_at": time_of_day(begins), "ends_at": time_of_day(ends)} for begins, ends in intervals]


@contextmanager
def _fields_of_the_body() -> Iterator[None]:
    """What the domain says of a weekday is said of `intervals`, where it was sent."""
    try:
        yield
    except DomainError as refusal:
        if refusal.field in {day.word for day in Weekday}:
            refusal.field = "intervals"
        raise
