"""The feed in query strings and answers, for reading on and for listening."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from accounts.models import Organisation
from accounts.queries import choose_organisation
from common.api.fields import LineField, MomentField
from common.api.serializers import StrictSerializer
from common.references import MistypedReference
from departments.queries import find_department
from tickets.api.views.base import found
from tickets.enums import EventKind
from tickets.live import LIVE_NAMES, NOTHING, Wanted, kinds_named
from tickets.queries import find_visible_project, ticket_named

LARGEST_POSITION = 2**63 - 1
_LONGEST_LIST = 1000
# Names that only an organisation makes clear.
_OF_ORGANISATION = frozenset({"organisation", "department", "project"})


class WordsField(serializers.CharField):
    """Words of a list, separated by commas."""

    def __init__(self, words: frozenset[str], **options: Any) -> None:
        self.words = words
        super().__init__(max_length=_LONGEST_LIST, required=False, **options)

    def to_internal_value(self, data: Any) -> Any:
        given = frozenset(word.strip() for word in super().to_internal_value(data).split(","))
        if not given <= self.words:
            raise serializers.ValidationError(_("At least one of these values is not known."))
        return given


class FeedFilterSerializer(StrictSerializer):
    organisation = LineField(
        max_length=60,
        required=False,
        help_text=gettext_lazy("Slug or id. Without it: the ticket's, else yours, else the host's."),
    )
    ticket = LineField(max_length=50, required=False, help_text=gettext_lazy("Id or reference."))
    department = LineField(
        max_length=100,
        required=False,
        help_text=gettext_lazy("Id or code: what happened while it held the ticket, and coming and going."),
    )
    project = LineField(max_length=100, required=False, help_text=gettext_lazy("Id or name."))
    event = WordsField(
        frozenset(LIVE_NAMES),
        help_text=gettext_lazy("ticket_created, ticket_updated or ticket_deleted; several by commas."),
    )
    kind = WordsField(
        frozenset(EventKind.values),
        help_text=gettext_lazy("Kinds of events, such as ticket.started; several by commas."),
    )
    after = serializers.IntegerField(
        min_value=0,
        max_value=LARGEST_POSITION,
        required=False,
        help_text=gettext_lazy("The last position that you have."),
    )


class EventsQuerySerializer(FeedFilterSerializer):
    limit = serializers.IntegerField(min_value=1, max_value=500, default=100)


class FeedItemSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    event = serializers.ChoiceField(choices=LIVE_NAMES)
    ticket = serializers.UUIDField()
    reference = serializers.CharField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=EventKind.choices)
    status_changed = serializers.BooleanField()
    changed = serializers.ListField(
        child=serializers.CharField(), help_text="Names of the fields that changed."
    )
    at = MomentField()


class FeedSerializer(serializers.Serializer[Any]):
    results = FeedItemSerializer(many=True)
    after = serializers.IntegerField(help_text="Ask for what comes after this next time.")
    more = serializers.BooleanField(help_text="There is more already.")


def read_wanted(user: Any, given: dict[str, Any], *, host: str) -> Wanted:
    """What a checked query string asks for.

    A ticket that is not there asks for nothing, and so does one that the reader may not see: nobody can tell
    which. Raises what `choose_organisation` does, MistypedReference, UnknownName.
    """
    ticket_id = _ticket_id(given["ticket"]) if "ticket" in given else None
    organisation = None
    if ticket_id is None or not _OF_ORGANISATION.isdisjoint(given):
        organisation = choose_organisation(user, slug=given.get("organisation"), host=host)
    return Wanted(
        organisation_id=organisation.pk if organisation else None,
        ticket_id=ticket_id,
        department_id=_department_id(organisation, given.get("department")),
        project_id=_project_id(user, organisation, given.get("project")),
        kinds=_kinds(given),
    )


def _ticket_id(name: str) -> uuid.UUID:
    try:
        ticket = ticket_named(name)
    except MistypedReference as error:
        raise MistypedReference(field="ticket") from error
    return ticket.pk if ticket else NOTHING


def _department_id(organisation: Organisation | None, name: str | None) -> uuid.UUID | None:
    if organisation is None or name is None:
        return None
    return found(find_department(organisation.pk, name), "department").pk


def _project_id(user: Any, organisation: Organisation | None, name: str | None) -> uuid.UUID | None:
    if organisation is None or name is None:
        return None
    return found(find_visible_project(organisation.pk, user, name), "project").pk


def _kinds(given: dict[str, Any]) -> frozenset[str] | None:
    """The kinds that are asked for by their own name and by their live one."""
    if "event" not in given:
        return given.get("kind")
    of_names = frozenset[str]().union(*map(kinds_named, given["event"]))
    return of_names & given["kind"] if "kind" in given else of_names
