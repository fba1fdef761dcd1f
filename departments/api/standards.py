"""What is promised for which kind of problem, for who works there."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation
from accounts.queries import own_organisation
from common.api.fields import LineField, WordField
from common.api.schema import ORGANISATION
from common.api.serializers import StrictSerializer, read_body
from common.api.views import Endpoint
from common.errors import InvalidInput, NotFound
from common.pagination import Key
from departments.actions.standards import change_standard, create_standard, delete_standard
from departments.api.filters import StandardFilters
from departments.api.serializers import DepartmentBriefSerializer
from departments.enums import Priority
from departments.models import LONGEST_PROMISE, Standard
from departments.queries import find_calendar, find_category, standards_of
from departments.querysets import StandardQuerySet

_TAG = "standards"
_CALENDAR = _("Id, or the name of one in force. Null: the hours of the department.")


class UnknownCategory(InvalidInput):
    code = "unknown"
    sentence = _("There is no such category.")


class UnknownCalendar(InvalidInput):
    code = "unknown"
    sentence = _("There is no such calendar.")


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": LONGEST_PROMISE})
class WorkingSecondsField(serializers.IntegerField):
    """Refused by the action where nobody can promise it: its sentence says more."""

    def __init__(self, **options: Any) -> None:
        super().__init__(help_text=_("Working time, in seconds."), **options)


class CategoryBriefSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class CalendarBriefSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField()


class StandardSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    category = CategoryBriefSerializer()
    department = DepartmentBriefSerializer(source="category.department")
    priority = WordField(Priority, allow_null=True, help_text=_("Null: for all without one of their own."))
    respond_within_seconds = serializers.IntegerField(help_text=_("Working time."))
    resolve_within_seconds = serializers.IntegerField(help_text=_("Working time."))
    calendar = CalendarBriefSerializer(allow_null=True, help_text=_("Null: the hours of the department."))
    source = serializers.CharField()  # type: ignore[assignment]
    is_assumption = serializers.BooleanField()
    is_active = serializers.BooleanField(help_text=_("Whether new tickets are promised it."))


class StandardChangesSerializer(StrictSerializer):
    respond_within_seconds = WorkingSecondsField(required=False)
    resolve_within_seconds = WorkingSecondsField(required=False)
    calendar = LineField(max_length=100, required=False, allow_null=True, help_text=_CALENDAR)
    source = LineField(  # type: ignore[assignment]
        max_length=300, required=False, allow_blank=True, help_text=_("Where it was promised.")
    )
    is_assumption = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


class NewStandardSerializer(StandardChangesSerializer):
    category = LineField(max_length=100, help_text=_("Id or code."))
    priority = WordField(
        Priority, required=False, allow_null=True, help_text=_("Without one, for all that have none.")
    )
    respond_within_seconds = WorkingSecondsField()
    resolve_within_seconds = WorkingSecondsField()


class StandardsEndpoint(Endpoint):
    """For who works in the organisation, and its keys; changed by the admins of the department."""

    queryset = StandardQuerySet(Standard)
    serializer_class = StandardSerializer
    filterset_class = StandardFilters
    orderings = {
        "category": Key("category__name"),
        "resolve_within_seconds": Key("resolve_within_seconds"),
    }
    default_ordering = "category"

    @extend_schema(
        operation_id="standards_list",
        summary="List standards",
        parameters=[ORGANISATION],
        responses=StandardSerializer(many=True),
        tags=[_TAG],
    )
    def list(self, request: Request) -> Response:
        """What is promised, and what was and is switched off."""
        page = self.paginate_queryset(self.filter_queryset(standards_of(self._own(request).pk))) or []
        return self.get_paginated_response(StandardSerializer(page, many=True).data)

    @extend_schema(
        operation_id="standards_create",
        summary="Promise something",
        parameters=[ORGANISATION],
        request=NewStandardSerializer,
        responses={201: StandardSerializer},
        tags=[_TAG],
        examples=[
            OpenApiExample(
                "Burst pipes",
                {
                    "category": "WAT-BURST",
                    "priority": "urgent",
                    "respond_within_seconds": 3600,
                    "resolve_within_seconds": 86400,
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """For a category and a priority; new tickets are promised it."""
        organisation = self._own(request)
        given = self._with_calendar(organisation, read_body(NewStandardSerializer, request))
        category = find_category(organisation.pk, given.pop("category"))
        if category is None:
            raise UnknownCategory(field="category")
        priority = given.pop("priority", None)
        made = create_standard(category, priority=priority, acting_user=request.user, **given)
        return Response(StandardSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="standards_retrieve",
        summary="One standard",
        parameters=[ORGANISATION],
        responses=StandardSerializer,
        tags=[_TAG],
    )
    def retrieve(self, request: Request, key: uuid.UUID) -> Response:
        return Response(StandardSerializer(self._one(self._own(request), key)).data)

    @extend_schema(
        operation_id="standards_update",
        summary="Change what is promised",
        parameters=[ORGANISATION],
        request=StandardChangesSerializer,
        responses=StandardSerializer,
        tags=[_TAG],
        examples=[OpenApiExample("Within a day", {"resolve_within_seconds": 86400}, request_only=True)],
    )
    def update(self, request: Request, key: uuid.UUID) -> Response:
        """From now on: tickets keep what they were promised. `is_active` false ends its use."""
        organisation = self._own(request)
        standard = self._one(organisation, key)
        given = self._with_calendar(organisation, read_body(StandardChangesSerializer, request))
        changed = change_standard(standard, acting_user=request.user, **given)
        return Response(StandardSerializer(changed).data)

    @extend_schema(
        operation_id="standards_delete",
        summary="Delete a standard",
        parameters=[ORGANISATION],
        responses={204: None},
        tags=[_TAG],
    )
    def destroy(self, request: Request, key: uuid.UUID) -> Response:
        """One that no ticket was promised (`standard_in_use`); any other can be switched off."""
        delete_standard(self._one(self._own(request), key), acting_user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _own(self, request: Request) -> Organisation:
        return own_organisation(request.user, slug=self.organisation_slug(request))

    def _one(self, organisation: Organisation, key: uuid.UUID) -> Standard:
        found: Standard | None = standards_of(organisation.pk).in_bulk([key]).get(key)
        if found is None:
            raise NotFound
        return found

    def _with_calendar(self, organisation: Organisation, given: dict[str, Any]) -> dict[str, Any]:
        """What was sent, with the calendar that it names. Raises UnknownCalendar."""
        named = given.get("calendar")
        if named is None:
            return given
        calendar = find_calendar(organisation.pk, named)
        if calendar is None:
            raise UnknownCalendar(field="calendar")
        return given | {"calendar": calendar}
