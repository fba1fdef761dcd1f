"""Tickets as answers: columns in, what this reader may see out."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast

from django.urls import reverse
from rest_framework.request import Request

from common.api.shapes import Row
from tickets.api.shapes import CUSTOMER, FOR_PERMISSIONS, TICKET
from tickets.api.words import verb_name
from tickets.models import Ticket
from tickets.permissions import can_view_as_staff, can_view_reporter, is_reporter, possible_verbs
from tickets.queries import other_assignees, ticket_rows
from tickets.querysets import TicketQuerySet

COLUMNS = sorted({*TICKET.columns, *FOR_PERMISSIONS})
# What a reader has to do with one ticket.
_OWN = ("is_supported", "is_followed")
_SAMPLE = "REFERENCE"


class TicketReader:
    """Builds the answers of one request."""

    def __init__(self, request: Request) -> None:
        self.user = request.user
        address = reverse("api:ticket", kwargs={"name": _SAMPLE})
        self._before, self._after = request.build_absolute_uri(address).split(_SAMPLE)

    def rows(self, tickets: TicketQuerySet) -> Any:
        """The columns that answers are made of."""
        return tickets.values(*COLUMNS)

    def many(self, rows: Iterable[Row]) -> list[Row]:
        """Each row as an answer. One more query, for the assignees of those that staff may see."""
        # The predicates read a ticket's columns only, and the row has those.
        tickets = [(row, cast(Ticket, SimpleNamespace(**row))) for row in rows]
        seen_as_staff = {ticket.id for _row, ticket in tickets if can_view_as_staff(self.user, ticket)}
        helpers = other_assignees(seen_as_staff) if seen_as_staff else {}
        answers = []
        for row, ticket in tickets:
            answer = TICKET.build(row) | {"assignees": helpers.get(ticket.id, [])}
            answer["links"] = self._links(ticket.reference)
            answers.append(self._without_secrets(answer, ticket, as_staff=ticket.id in seen_as_staff))
        return answers

    def one(self, ticket: Ticket) -> Row:
        """A ticket whose right to be seen was checked before, with the verbs that are possible now."""
        own = ticket_rows([ticket.pk]).with_support_of(self.user).with_follow_of(self.user)
        row = own.values(*COLUMNS, *_OWN).get()
        verbs = possible_verbs(self.user, cast(Ticket, SimpleNamespace(**row)))
        answer = self.many([row])[0] | {name: row[name] for name in _OWN}
        return answer | {"verbs": sorted({verb_name(verb) for verb in verbs})}

    def _without_secrets(self, answer: Row, ticket: Ticket, *, as_staff: bool) -> Row:
        if not can_view_reporter(self.user, ticket):
            answer.update(dict.fromkeys(CUSTOMER))
        if not as_staff:
            answer["lead"] = None
            if not is_reporter(self.user, ticket):
                answer |= {"tags": [], "external_ref": None}
        return answer

    def _links(self, reference: str) -> dict[str, str]:
        own = f"{self._before}{reference}{self._after}"
        return {"self": own, "timeline": f"{own}timeline/", "messages": f"{own}messages/"}
