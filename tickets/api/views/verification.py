"""The proof: confirm with the code, dispute, ask for a new code."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.limits import take
from common.api.fields import MomentField
from common.api.serializers import NothingSerializer, read_body
from common.errors import NotAllowed
from tickets.actions.answering import may_try_code
from tickets.actions.verification import dispute_resolution, send_new_code, verify_resolution
from tickets.api.inputs import DisputeSerializer, FixConfirmationSerializer
from tickets.api.views.base import OneTicketEndpoint, documents_verb
from tickets.enums import VerificationState
from tickets.models import Ticket

_TAG = "tickets: verification"


class VerificationSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=VerificationState.choices)
    issued_at = MomentField()
    expires_at = MomentField(help_text="Without an answer by then the ticket closes as unverified.")


class VerificationEndpoint(OneTicketEndpoint):
    # The code is the credential: its bearer got the message.
    public_actions = frozenset({"confirm", "dispute"})

    @documents_verb("verify", "Confirm the fix", FixConfirmationSerializer, {"code": "482 913"}, tag=_TAG)
    def confirm(self, request: Request, name: str) -> Response:
        """Closes the ticket as verified. Five wrong codes use it up.

        In public space a supporter needs no code. A rating from one to five may come along.
        """
        ticket = self.seen_ticket(request, name)
        given = read_body(FixConfirmationSerializer, request)
        _check_may_try(request, ticket, given)
        return self.answer(request, verify_resolution(ticket, **given, acting_user=request.user))

    @documents_verb("dispute", "Dispute the fix", DisputeSerializer, {"reason": "It still leaks."}, tag=_TAG)
    def dispute(self, request: Request, name: str) -> Response:
        """Back to work. For the reporter and, in public space, whoever supports the ticket."""
        ticket = self.seen_ticket(request, name)
        given = read_body(DisputeSerializer, request)
        _check_may_try(request, ticket, given)
        return self.answer(request, dispute_resolution(ticket, **given, acting_user=request.user))

    @documents_verb(
        "new_code", "Send a new code", NothingSerializer, responses=VerificationSerializer, tag=_TAG
    )
    def new_code(self, request: Request, name: str) -> Response:
        """The old code is worthless from now on. The new one goes to the reporter, never into the answer."""
        ticket = self.seen_ticket(request, name)
        read_body(NothingSerializer, request)
        return Response(VerificationSerializer(send_new_code(ticket, acting_user=request.user)).data)


def _check_may_try(request: Request, ticket: Ticket, given: dict[str, Any]) -> None:
    """A stranger must not use up the reporter's tries: the link in the message opens the page instead.

    And nobody tries the codes of many tickets from one address.
    """
    if not may_try_code(request.user, ticket):
        raise NotAllowed(_("Sign in as who reported this, or open the link in the message."))
    if given.get("code"):
        take(request._request, "try_code")
