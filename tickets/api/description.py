"""What the description of the API says of the stream, which another process serves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

_LISTED, _STREAM = "/api/v1/events/", "/api/v1/events/stream"
_NOT_OF_THE_STREAM = frozenset({"limit", "If-None-Match"})
_REFUSALS = ("400", "401", "404", "500", "503")
_LAST_EVENT_ID = {
    "in": "header",
    "name": "Last-Event-ID",
    "schema": {"type": "integer", "minimum": 0},
    "description": "The last id that you have; browsers send it by themselves when they come back.",
}
_EVENTS = """Server-Sent Events: `id` is the position, `event` one of ticket_created, ticket_updated and
ticket_deleted, `data` a JSON object with ticket, reference, version, kind, status_changed, changed and at.
A line `: still here` with an `id` of its own is the heartbeat."""


def add_the_stream(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular: `events/stream`, told as `events/` is, at its own address."""
    listed = result["paths"].get(_LISTED, {}).get("get")
    if listed is None:
        return result
    parameters = [row for row in listed["parameters"] if row["name"] not in _NOT_OF_THE_STREAM]
    address = urlsplit(settings.STREAM_URL)
    stream = {
        "operationId": "events_stream",
        "summary": "What happens, as it happens",
        "description": (
            "Open until either side ends it, within an hour at the latest: then come again with the last id, "
            "and nothing is lost and nothing told twice. Rights are looked at again while you read."
        ),
        "servers": [{"url": f"{address.scheme}://{address.netloc}"}],
        "tags": listed["tags"],
        "security": listed["security"],
        "parameters": [*parameters, _LAST_EVENT_ID],
        "responses": {
            "200": {
                "description": _EVENTS,
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            **{code: listed["responses"][code] for code in _REFUSALS},
        },
    }
    result["paths"][_STREAM] = {"get": stream}
    return result
