"""Two reports of one problem."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import LineField, TextField
from common.api.serializers import StrictSerializer
from common.errors import InvalidInput, NotFound
from common.references import MistypedReference
from tickets.actions.merging import merge_ticket, undo_merge
from tickets.api.views.base import UnknownName, documents_verb
from tickets.api.views.verbs import Body, VerbEndpoint
from tickets.models import Ticket
from tickets.queries import get_visible_ticket

_TAG = "tickets: duplicates"


class OptionalReasonSerializer(StrictSerializer):
    reason = TextField(max_length=2000, required=False, allow_blank=True)


class MergeSerializer(OptionalReasonSerializer):
    into = LineField(
        max_length=50, help_text=gettext_lazy("Id or reference of the ticket that goes on; TSH-4K7-M2X.")
    )


class MergeEndpoint(VerbEndpoint):
    @documents_verb(
        "merge",
        "Close as a duplicate",
        MergeSerializer,
        {"into": "TSH-4K7-M2X", "reason": "The same pipe."},
        tag=_TAG,
    )
    def merge(self, request: Request, name: str) -> Response:
        """Who reported, supports and follows this one does so on the other from now on, nobody twice.

        This one answers to its references still, with the other in `duplicate_of`.
        """

        def prepare(ticket: Ticket, given: Body) -> Body:
            return given | {"into": _named_ticket(request.user, given["into"])}

        return self.use(request, name, MergeSerializer, merge_ticket, prepare)

    @documents_verb(
        "merge_undo",
        "Separate a duplicate again",
        OptionalReasonSerializer,
        {"reason": "Another pipe."},
        tag=_TAG,
    )
    def undo(self, request: Request, name: str) -> Response:
        """Status and people are what they were; the clock goes on from where it stopped."""
        return self.use(request, name, OptionalReasonSerializer, undo_merge)


def _named_ticket(user: Any, name: str) -> Ticket:
    try:
        return get_visible_ticket(user, name)
    except MistypedReference as refusal:
        raise InvalidInput(refusal.message, field="into") from refusal
    except NotFound as refusal:
        raise UnknownName(_("There is none of this name here."), field="into") from refusal
