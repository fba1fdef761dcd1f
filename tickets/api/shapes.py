"""What a ticket looks like, said once: lists, details, answers of verbs and OpenAPI all use this."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.api.fields import BlankChoiceField, MomentField, WordField
from common.api.shapes import Shape
from departments.enums import Priority
from tickets.enums import Outcome, Source, Status


class NamedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class CodedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class NumberedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    name = serializers.CharField()


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    full_name = serializers.CharField()


class ReferredSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    reference = serializers.CharField()


class TicketLinksSerializer(serializers.Serializer[Any]):
    self = serializers.URLField()
    timeline = serializers.URLField()
    messages = serializers.URLField()


class TicketSerializer(serializers.Serializer[Any]):
    """A ticket as far as you may see it; what is not for you is null or empty."""

    id = serializers.UUIDField()
    reference = serializers.CharField(help_text=_("What people read aloud: TSH-4K7-M2X."))
    organisation = serializers.CharField(source="organisation.slug")
    title = serializers.CharField()
    description = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    outcome = BlankChoiceField(choices=Outcome.choices, help_text=_("Why it closed."))
    priority = WordField(Priority)
    # Shadows an attribute that fields have and serializers do not use.
    source = serializers.ChoiceField(choices=Source.choices)  # type: ignore[assignment]
    tags = serializers.ListField(child=serializers.CharField(), help_text=_("For staff and the reporter."))
    category = CodedSerializer(allow_null=True)
    department = CodedSerializer(allow_null=True)
    stage = NamedSerializer(allow_null=True)
    project = NamedSerializer(allow_null=True)
    ward = NumberedSerializer(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    address = serializers.CharField()
    is_public = serializers.BooleanField()
    supports = serializers.IntegerField(source="support_count")
    lead = PersonSerializer(source="assignee", allow_null=True, help_text=_("Who works on it; for staff."))
    assignees = PersonSerializer(many=True, help_text=_("Who else works on it; for staff."))
    customer_name = serializers.CharField(source="reporter_name", allow_null=True)
    customer_email = serializers.CharField(
        source="reporter_email", allow_null=True, help_text=_("Empty where none was given.")
    )
    customer_phone = serializers.CharField(source="reporter_phone", allow_null=True)
    external_ref = serializers.CharField(allow_null=True, help_text=_("For staff and the reporter."))
    duplicate_of = ReferredSerializer(
        allow_null=True, help_text=_("The ticket that goes on, where this one was merged into it.")
    )
    created_at = MomentField()
    updated_at = MomentField(allow_null=True, help_text=_("Null until the first update."))
    due_at = MomentField(allow_null=True, help_text=_("When it was promised to be fixed."))
    expired_at = MomentField(allow_null=True, help_text=_("When that promise was missed."))
    started_at = MomentField(allow_null=True)
    responded_at = MomentField(allow_null=True)
    resolved_at = MomentField(allow_null=True)
    closed_at = MomentField(allow_null=True)
    auto_close_at = MomentField(allow_null=True)
    reopened_count = serializers.IntegerField()
    transfer_count = serializers.IntegerField(help_text=_("How often it moved to another department."))
    bounce_count = serializers.IntegerField(help_text=_("How often it came back to one that had had it."))
    is_pinned = serializers.BooleanField(help_text=_("Whether an admin decided who works on it."))
    version = serializers.IntegerField(help_text=_("Goes up with every change; also the ETag."))
    links = TicketLinksSerializer()


class TicketDetailSerializer(TicketSerializer):
    is_supported = serializers.BooleanField(help_text=_("You said me too."))
    is_followed = serializers.BooleanField(help_text=_("You follow it."))
    verbs = serializers.ListField(
        child=serializers.CharField(),
        help_text=_("What you can do to it now: the last part of each address."),
    )


TICKET = Shape(TicketSerializer, computed={"assignees", "links"})
# What the permission predicates read besides.
FOR_PERMISSIONS = ("organisation_id", "department_id", "project_id", "assignee_id", "reporter_id")
CUSTOMER = ("customer_name", "customer_email", "customer_phone")
