"""The fields of a new ticket: what the API takes one by one and a file row by row."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from common.api.fields import AddressField, DegreesField, LineField, TextField, WordField
from common.api.serializers import StrictSerializer
from departments.enums import Priority
from tickets.actions.team import MOST_PEOPLE
from tickets.enums import Source
from tickets.statuses import STATUS_HELP, StatusField
from tickets.tags import LONGEST_TAG, MOST_TAGS

PEOPLE_HELP = gettext_lazy("Ids or e-mail addresses of people who work here.")


class TagsField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        super().__init__(child=LineField(max_length=LONGEST_TAG), max_length=MOST_TAGS, **options)


class PeopleField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            child=LineField(max_length=254), max_length=MOST_PEOPLE, help_text=PEOPLE_HELP, **options
        )


class TicketFields(StrictSerializer):
    """What can be said of a new ticket, in a request or in a row of a file."""

    synonyms = {"addedBy": "customer_email", "added_by": "customer_email"}

    title = LineField(max_length=200)
    description = TextField(max_length=5000, required=False, allow_blank=True)
    category = LineField(
        max_length=100, required=False, allow_null=True, help_text=gettext_lazy("Id or code.")
    )
    department = LineField(
        max_length=100, required=False, allow_null=True, help_text=gettext_lazy("Id or code.")
    )
    project = LineField(
        max_length=100, required=False, allow_null=True, help_text=gettext_lazy("Id or name.")
    )
    assignees = PeopleField(required=False)
    lead = LineField(max_length=254, required=False, allow_null=True, help_text=PEOPLE_HELP)
    status = StatusField(required=False, help_text=STATUS_HELP)
    priority = WordField(Priority, required=False)
    tags = TagsField(required=False)
    customer_name = LineField(max_length=150, required=False, allow_blank=True)
    customer_email = AddressField(required=False, allow_blank=True)
    customer_phone = LineField(max_length=40, required=False, allow_blank=True)
    latitude = DegreesField(limit=90, required=False, allow_null=True)
    longitude = DegreesField(limit=180, required=False, allow_null=True)
    address = LineField(max_length=250, required=False, allow_blank=True)
    is_public = serializers.BooleanField(required=False, allow_null=True)
    external_ref = LineField(max_length=100, required=False, allow_blank=True)
    # Shadows an attribute that fields have and serializers do not use.
    source = serializers.ChoiceField(choices=Source.choices, required=False)  # type: ignore[assignment]
