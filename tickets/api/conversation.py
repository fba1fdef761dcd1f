"""What happened and was said, as answers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.api.fields import MomentField
from tickets.api.shapes import PersonSerializer
from tickets.enums import PARTS, EventKind, Source
from tickets.models import Message, Ticket, TicketEvent
from tickets.permissions import can_view_as_staff, can_view_reporter

BY = ["system", "reporter", "resident", "staff"]
# Residents read where a ticket is and why, not who among the staff did it.
_OPEN_CHANGES = frozenset({"status", "outcome", "priority", "title", "due_at", "expired_at", "support_count"})
_OPEN_DATA = frozenset({"from", "to", "into", "is_from_staff"})
_BY_RESIDENTS = frozenset(
    {
        EventKind.SUPPORTED,
        EventKind.SUPPORT_WITHDRAWN,
        EventKind.FOLLOWED,
        EventKind.CALLBACK_ASKED,
        EventKind.UNFOLLOWED,
        EventKind.DISPUTED,
        EventKind.VERIFIED,
    }
)
_BY_REPORTER = frozenset({EventKind.CREATED, EventKind.VERIFIED, EventKind.DISPUTED})


class EventSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=EventKind.choices)
    at = MomentField()
    visibility = serializers.ChoiceField(choices=PARTS)
    by = serializers.ChoiceField(choices=BY)
    actor = PersonSerializer(allow_null=True, help_text=_("For staff."))
    on_behalf_of = serializers.CharField(help_text=_("For those who may see reporters."))
    note = serializers.CharField()
    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.JSONField()), help_text=_("Field: [old, new].")
    )
    data = serializers.DictField(child=serializers.JSONField())  # type: ignore[assignment]
    version = serializers.IntegerField()


class MessageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = MomentField()
    by = serializers.ChoiceField(choices=BY)
    author = PersonSerializer(allow_null=True, help_text=_("For staff."))
    body = serializers.CharField()
    visibility = serializers.ChoiceField(choices=PARTS)
    source = serializers.ChoiceField(choices=Source.choices)  # type: ignore[assignment]


class Storyteller:
    """Tells events and messages of one ticket to one reader. Asks the database nothing."""

    def __init__(self, user: Any, ticket: Ticket) -> None:
        self.ticket = ticket
        self.as_staff = can_view_as_staff(user, ticket)
        self.sees_reporter = can_view_reporter(user, ticket)

    def event(self, event: TicketEvent) -> dict[str, Any]:
        changes, data = event.changes, event.data
        if not self.as_staff:
            changes = {name: pair for name, pair in changes.items() if name in _OPEN_CHANGES}
            data = {name: value for name, value in data.items() if name in _OPEN_DATA}
        by = self._who_did(event)
        return {
            "id": event.pk,
            "kind": event.kind,
            "at": event.occurred_at,
            "visibility": event.visibility,
            "by": by,
            "actor": self._person(event.actor, by),
            "on_behalf_of": event.on_behalf_of if self.sees_reporter else "",
            "note": event.note,
            "changes": changes,
            "data": data,
            "version": event.ticket_version,
        }

    def message(self, said: Message) -> dict[str, Any]:
        by = "staff" if said.is_from_staff else "reporter"
        return {
            "id": said.pk,
            "at": said.created_at,
            "by": by,
            "author": self._person(said.author, by),
            "body": said.body,
            "visibility": said.visibility,
            "source": said.source,
        }

    def _person(self, person: Any, by: str) -> dict[str, Any] | None:
        """Names are for staff; those of residents only for who may see reporters."""
        if person is None or not self.as_staff or (by != "staff" and not self.sees_reporter):
            return None
        return {"id": person.pk, "full_name": person.full_name}

    def _who_did(self, event: TicketEvent) -> str:
        if event.actor_id is None:
            return "reporter" if event.kind in _BY_REPORTER else "system"
        if event.actor_id == self.ticket.reporter_id:
            return "reporter"
        return "resident" if event.kind in _BY_RESIDENTS else "staff"
