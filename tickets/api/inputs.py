"""Bodies and query strings that endpoints of tickets take."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from common.api.fields import DegreesField, LineField, TextField, WordField
from common.api.serializers import StrictSerializer
from departments.enums import Priority
from tickets.actions.rating import HIGHEST, LONGEST_WORDS, LOWEST
from tickets.api.words import STATUS_HELP, StatusField
from tickets.exchange.fields import PeopleField, TagsField, TicketFields

MAX_RADIUS = 5_000
MOST_NEARBY = 200


class NewTicketSerializer(TicketFields):
    organisation = LineField(max_length=60, required=False, help_text=gettext_lazy("Slug."))
    secret = serializers.CharField(
        max_length=200,
        required=False,
        write_only=True,
        help_text=gettext_lazy("A key of the organisation, where the Authorization header cannot be set."),
    )


class TicketChangesSerializer(StrictSerializer):
    title = LineField(max_length=200, required=False)
    description = TextField(max_length=5000, required=False, allow_blank=True)
    address = LineField(max_length=250, required=False, allow_blank=True)
    tags = TagsField(required=False)
    latitude = DegreesField(limit=90, required=False)
    longitude = DegreesField(limit=180, required=False)
    status = StatusField(required=False, help_text=STATUS_HELP)
    priority = WordField(Priority, required=False)
    category = LineField(max_length=100, required=False, help_text=gettext_lazy("Id or code."))
    department = LineField(max_length=100, required=False, help_text=gettext_lazy("Id or code."))
    project = LineField(
        max_length=100,
        required=False,
        allow_null=True,
        help_text=gettext_lazy("Id or name; null takes the ticket out of its project."),
    )
    lead = LineField(
        max_length=254,
        required=False,
        help_text=gettext_lazy("Id or e-mail address of somebody who works here."),
    )
    assignees = PeopleField(required=False, allow_empty=True)
    note = TextField(
        max_length=5000,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("Why. Needed to respond, resolve and reopen."),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("latitude" in attrs) != ("longitude" in attrs):
            raise serializers.ValidationError({"latitude": [_("A place needs both latitude and longitude.")]})
        return attrs


class OptionalNoteSerializer(StrictSerializer):
    note = TextField(max_length=5000, required=False, allow_blank=True)


class NoteSerializer(StrictSerializer):
    note = TextField(max_length=5000)


class ReasonSerializer(StrictSerializer):
    reason = TextField(max_length=2000)


class AnswerSerializer(StrictSerializer):
    message = TextField(max_length=5000, help_text=gettext_lazy("What the customer is told and asked."))


class BodySerializer(StrictSerializer):
    body = TextField(max_length=5000)


class AssignSerializer(ReasonSerializer):
    assignee = LineField(
        max_length=254, help_text=gettext_lazy("Id or e-mail address of a member of the department.")
    )


class AssigneesSerializer(StrictSerializer):
    assignees = PeopleField(allow_empty=True)


class TransferSerializer(ReasonSerializer):
    department = LineField(max_length=100, help_text=gettext_lazy("Id or code."))
    stage = LineField(max_length=100, required=False, allow_null=True, help_text=gettext_lazy("Id or name."))


class PrioritySerializer(ReasonSerializer):
    priority = WordField(Priority)


class PlanSerializer(StrictSerializer):
    project = LineField(
        max_length=100,
        allow_null=True,
        help_text=gettext_lazy("Id or name; null takes the ticket out of its project."),
    )


class RouteSerializer(StrictSerializer):
    category = LineField(max_length=100, help_text=gettext_lazy("Id or code."))


class StatusChangeSerializer(StrictSerializer):
    status = StatusField(help_text=STATUS_HELP)
    note = TextField(
        max_length=5000,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("Needed to respond, resolve and reopen."),
    )


class FixConfirmationSerializer(StrictSerializer):
    code = LineField(
        max_length=20,
        required=False,
        help_text=gettext_lazy(
            "The six digits that the reporter was sent. A supporter of a fault in public space needs none."
        ),
    )
    rating = serializers.IntegerField(
        min_value=LOWEST, max_value=HIGHEST, required=False, help_text=gettext_lazy("How good the fix is.")
    )
    words = TextField(
        max_length=LONGEST_WORDS,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("For the department, along with a rating."),
    )


class DisputeSerializer(ReasonSerializer):
    code = LineField(
        max_length=20,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("For those who are not signed in."),
    )


class AvailabilitySerializer(StrictSerializer):
    is_available = serializers.BooleanField()
    department = LineField(
        max_length=100,
        required=False,
        allow_null=True,
        help_text=gettext_lazy("Id or code; without it, wherever the agent works."),
    )


class NearbyQuerySerializer(StrictSerializer):
    lat = DegreesField(limit=90)
    lon = DegreesField(limit=180)
    radius = serializers.IntegerField(
        min_value=1, max_value=MAX_RADIUS, default=1_000, help_text=gettext_lazy("Metres.")
    )
    limit = serializers.IntegerField(min_value=1, max_value=MOST_NEARBY, default=50)
    status = serializers.CharField(
        max_length=200,
        required=False,
        help_text=gettext_lazy("Statuses, separated by commas; without it all that are not closed."),
    )
    category = LineField(max_length=100, required=False, help_text=gettext_lazy("Id or code."))
    organisation = LineField(max_length=60, required=False, help_text=gettext_lazy("Slug."))


class SimilarQuerySerializer(StrictSerializer):
    lat = DegreesField(limit=90)
    lon = DegreesField(limit=180)
    category = LineField(max_length=100, required=False, help_text=gettext_lazy("Id or code."))
    organisation = LineField(max_length=60, required=False, help_text=gettext_lazy("Slug."))


class BoxField(serializers.CharField):
    """`west,south,east,north` in degrees."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            west, south, east, north = (float(part) for part in super().to_internal_value(data).split(","))
        except ValueError as error:
            raise serializers.ValidationError(_("Four numbers: west,south,east,north.")) from error
        # Written so that "not a number" is refused too.
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise serializers.ValidationError(_("West before east, south before north, all in degrees."))
        return west, south, east, north


class MapQuerySerializer(StrictSerializer):
    bbox = BoxField(max_length=200, help_text=gettext_lazy("west,south,east,north in degrees."))
    status = serializers.CharField(
        max_length=200,
        required=False,
        help_text=gettext_lazy("Statuses, separated by commas; without it all that are not closed."),
    )
    category = LineField(max_length=100, required=False, help_text=gettext_lazy("Id or code."))
    organisation = LineField(max_length=60, required=False, help_text=gettext_lazy("Slug."))
