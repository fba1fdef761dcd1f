"""GET /api/v1/events/stream: live events as the reader may see them, from where it left off."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
import threading
from collections.abc import AsyncIterator
from types import FrameType, SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.http import QueryDict
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.request import Request as ApiRequest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.api.serializers import read_query
from common.errors import DomainError, InvalidInput
from common.exception_handler import PROBLEM_TYPE, problem_json_handler
from common.request_id import ACCEPTED, HEADER
from ticketing.stream.delivery import EventStream
from ticketing.stream.hub import Hub, Reader
from ticketing.stream.readers import Identity, identify
from ticketing.stream.sockets import limit_unread
from tickets.api.feed import LARGEST_POSITION, FeedFilterSerializer, read_wanted
from tickets.feed import latest_position
from tickets.live import Wanted

# What the kernel keeps for one reader that does not read: some hundreds of events.
UNREAD_BYTES = 64 * 1024
SECONDS_TO_STAY_AWAY = 30
PATHS = ("/api/v1/events/stream", "/api/v1/events/stream/")

# What becomes a problem document; each by itself, because only these are answered without a stack trace.
REFUSALS = (DomainError, exceptions.APIException, HTTPException, DatabaseError, Exception)

hub = Hub()


class NotAPosition(InvalidInput):
    sentence = gettext_lazy("Last-Event-ID must be a feed position, a whole number.")


async def healthz(request: Request) -> Response:
    limit_connections()
    return JSONResponse({"status": "ok", "readers": len(hub.readers), "position": hub.position})


async def events(request: Request) -> Any:
    limit_connections()
    await hub.started.wait()
    after, identity, wanted = await hub.ask_database(admit, request)
    return EventStream(hub, Reader(identity, wanted), after)


def admit(request: Request) -> tuple[int | None, Identity, Wanted]:
    """After which position, who is reading, and what. Raises the refusals of each."""
    try:
        asked = SimpleNamespace(query_params=QueryDict(request.url.query))
        given = read_query(FeedFilterSerializer, cast(ApiRequest, asked))
        session_key = request.cookies.get(settings.SESSION_COOKIE_NAME, "")
        identity = identify(session_key, request.headers.get("Authorization", ""))
        wanted = read_wanted(identity.user, given, host=request.headers.get("Host", ""))
        after = start_of(request.headers.get("Last-Event-ID", ""), given.get("after"))
        # Of a database that was set back since, the reader knows more than there is.
        return (None if after is None else min(after, latest_position())), identity, wanted
    finally:
        close_old_connections()


def start_of(last_id: str, after: int | None) -> int | None:
    """Where to begin; None for from now on. Of both, the header of a browser that comes back is the later."""
    if not last_id:
        return after
    is_number = last_id.isascii() and last_id.isdigit() and len(last_id) <= len(str(LARGEST_POSITION))
    if not is_number or int(last_id) > LARGEST_POSITION:
        raise NotAPosition(field="Last-Event-ID")
    return int(last_id)


@functools.cache
def limit_connections() -> int:
    """When the first request comes: servers open their listening socket after the application started."""
    return limit_unread(seconds=settings.STREAM_WRITE_SECONDS, size=UNREAD_BYTES)


async def failed(request: Request, error: Exception) -> Response:
    """Every refusal as the API tells it."""
    given = request.headers.get(HEADER, "")
    request_id = given if ACCEPTED.fullmatch(given) else uuid4().hex
    shown = problem_json_handler(_as_api_error(error), {"request": SimpleNamespace(request_id=request_id)})
    headers = {HEADER: request_id}
    if shown.status_code == 401:
        headers["WWW-Authenticate"] = "Bearer, Api-Key"
    if shown.status_code == 503:
        headers["Retry-After"] = str(SECONDS_TO_STAY_AWAY)
    return JSONResponse(shown.data, shown.status_code, headers, PROBLEM_TYPE)


def _as_api_error(error: Exception) -> Exception:
    if not isinstance(error, HTTPException):
        return error
    known = {404: exceptions.NotFound(), 405: exceptions.MethodNotAllowed("")}
    return known.get(error.status_code, error)


@contextlib.asynccontextmanager
async def following(application: Starlette) -> AsyncIterator[None]:
    task = asyncio.create_task(hub.run())
    close_on_signals()
    yield
    hub.close()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def close_on_signals() -> None:
    """Let readers go when the process is asked to stop: servers wait for open answers before they tell us."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handle(signum: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(hub.close)
            if callable(before):
                before(signum, frame)

        signal.signal(number, handle)


def allowed_origins() -> list[str]:
    """The pages' own addresses: the stream may stand on another port, and gets their cookies."""
    return list(settings.CSRF_TRUSTED_ORIGINS)


application = Starlette(
    routes=[Route("/healthz", healthz), *(Route(path, events, methods=["GET"]) for path in PATHS)],
    exception_handlers=dict.fromkeys(
        (DomainError, exceptions.APIException, HTTPException, DatabaseError, Exception), failed
    ),
    middleware=[
        Middleware(
            CORSMiddleware,
            allow_origins=allowed_origins(),
            allow_credentials=True,
            allow_methods=["GET"],
            allow_headers=["Authorization", "Last-Event-ID"],
        )
    ],
    lifespan=following,
)
