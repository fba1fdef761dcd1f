"""Speaking to the API as somebody, over the real stack: token, middleware, database."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from tickets.models import Ticket

ROOT = "/api/v1"
PROBLEM = "application/problem+json"


def api_client(user: Any = None) -> APIClient:
    """A client signed in by token; a visitor's without a user."""
    client = APIClient()
    # An unhandled error must reach the test as the 500 that a client would get.
    client.raise_request_exception = False
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=bearer(user))
    return client


def bearer(user: Any) -> str:
    """What the Authorization header says for a person."""
    return f"Bearer {RefreshToken.for_user(user).access_token}"


def path_of(ticket: Ticket, verb: str = "") -> str:
    return f"{ROOT}/tickets/{ticket.reference}/{verb}{'/' if verb else ''}"


def assert_problem(response: Any, status: int, code: str | None = None) -> dict[str, Any]:
    """The answer is a whole problem document of this status; returns it."""
    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM), response.content
    body: dict[str, Any] = response.json()
    assert set(body) >= {"type", "title", "status", "detail", "code", "errors", "request_id"}
    assert body["status"] == status
    assert body["detail"]
    if code is not None:
        assert body["code"] == code
        assert body["type"] == f"urn:lokisa:problem:{code}"
    return body


def state_of(ticket: Ticket) -> tuple[Any, ...]:
    """Everything of a ticket that a refused request must leave as it was."""
    row = Ticket.objects.filter(pk=ticket.pk).values().get()
    return (row, ticket.events.count(), ticket.messages.count(), ticket.supports.count())


def last_kind(ticket: Ticket) -> str:
    return ticket.events.order_by("-pk").values_list("kind", flat=True)[0]
