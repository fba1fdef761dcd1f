"""A ticket is sent to colleagues."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import LineField
from departments.queries import find_department
from tickets.actions.notifying import notify_colleagues
from tickets.api.inputs import NoteSerializer
from tickets.api.views.base import documents_verb, found, named_people
from tickets.api.views.verbs import Body, VerbEndpoint
from tickets.exchange.fields import PeopleField
from tickets.models import Ticket


class NotifySerializer(NoteSerializer):
    people = PeopleField(required=False)
    departments = serializers.ListField(
        child=LineField(max_length=100),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Ids or codes: everybody there who may see the ticket."),
    )

    def validate(self, attrs: Body) -> Body:
        if not attrs.get("people") and not attrs.get("departments"):
            raise serializers.ValidationError({"people": [_("Say whom: people, departments, or both.")]})
        return attrs


class NotifyEndpoint(VerbEndpoint):
    @documents_verb(
        "notify",
        "Send it to colleagues",
        NotifySerializer,
        {"people": ["water@demo.lokisa.example"], "note": "Is this the valve from last week?"},
    )
    def notify(self, request: Request, name: str) -> Response:
        """A mail with the note and the way to the ticket, to colleagues who may see it, each once."""

        def prepare(ticket: Ticket, given: Body) -> Body:
            codes = given.get("departments", [])
            key = ticket.organisation_id
            return {
                "note": given["note"],
                "people": named_people(ticket.organisation, given.get("people", []), "people"),
                "departments": [found(find_department(key, code), "departments") for code in codes],
            }

        return self.use(request, name, NotifySerializer, notify_colleagues, prepare)
