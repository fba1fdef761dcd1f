"""Everything in one ASGI application, for a host that offers nothing else.

The default run has `ticketing.wsgi` for requests and `ticketing.stream` for streams, at a third of the cost.
"""

from __future__ import annotations

from typing import Any

from django.core.asgi import get_asgi_application

from ticketing.stream import application as stream

STREAM_PATH = "/api/v1/events/stream"

pages = get_asgi_application()


async def application(scope: Any, receive: Any, send: Any) -> None:
    is_stream = scope["type"] == "lifespan" or scope.get("path", "").startswith(STREAM_PATH)
    await (stream if is_stream else pages)(scope, receive, send)
