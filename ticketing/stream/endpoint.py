"""GET /api/v1/events/stream: live events as the reader may see them, from where it left off."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from uuid import UUID

from django.conf import settings
from rest_framework.exceptions import APIException
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from common.exception_handler import PROBLEM_TYPE, problem_body
from ticketing.stream.hub import Hub, Published, Reader, TooManyReaders, read_after
from ticketing.stream.readers import find_reader
from tickets.models import TicketEvent

HEARTBEAT_SECONDS = 15.0
# Then the browser connects again by itself, and its rights are looked at anew.
LONGEST_STREAM_SECONDS = 600.0
LARGEST_POSITION = 2**63 - 1
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

hub = Hub()


class BadParameter(Exception):
    """A parameter makes no sense; the text says which."""


async def healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok", "readers": len(hub.readers)})


async def events(request: Request) -> Response:
    try:
        after, wanted = start_of(request), filter_of(request)
        session_key = request.cookies.get(settings.SESSION_COOKIE_NAME, "")
        user = await hub.ask_database(find_reader, session_key, request.headers.get("Authorization", ""))
    except BadParameter as error:
        return problem(400, "invalid", str(error))
    except APIException as error:
        return problem(401, "token_not_valid", str(error.detail))
    return StreamingResponse(
        lines(Reader(user, wanted), after), media_type="text/event-stream", headers=HEADERS
    )


def start_of(request: Request) -> int | None:
    """The position after which to begin: the browser's own header, or `after`; None for from now on."""
    given = request.headers.get("Last-Event-ID") or request.query_params.get("after")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and int(given) <= LARGEST_POSITION):
        raise BadParameter("after (or Last-Event-ID) must be a feed position, a whole number.")
    return int(given)


def filter_of(request: Request) -> Callable[[TicketEvent], bool]:
    """What the reader asked for with `ticket` and `organisation`; everything without."""
    ticket = identifier(request, "ticket")
    organisation = identifier(request, "organisation")

    def wanted(event: TicketEvent) -> bool:
        return (ticket is None or event.ticket_id == ticket) and (
            organisation is None or event.organisation_id == organisation
        )

    return wanted


def identifier(request: Request, name: str) -> UUID | None:
    given = request.query_params.get(name)
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError as error:
        raise BadParameter(f"{name} must be an id (UUID).") from error


async def lines(reader: Reader, after: int | None) -> AsyncIterator[bytes]:
    """What goes over the wire. Registered before catching up, so that nothing falls between the two."""
    try:
        with hub.reading(reader):
            yield b"retry: 2000\n\n"
            sent = hub.position if after is None else after
            async for published in caught_up(reader, sent if after is not None else None):
                sent = published.position
                yield published.text
            async for text in live(reader, sent):
                yield text
    except TooManyReaders:
        yield b"retry: 30000\n: too many readers, come back later\n\n"


async def caught_up(reader: Reader, position: int | None) -> AsyncIterator[Published]:
    """Everything that was published while the reader was away."""
    if position is None:
        return
    while batch := await hub.ask_database(read_after, position):
        for published in batch:
            if reader.sees(published):
                yield published
        position = batch[-1].position


async def live(reader: Reader, sent: int) -> AsyncIterator[bytes]:
    ends_at = time.monotonic() + LONGEST_STREAM_SECONDS
    while time.monotonic() < ends_at and not reader.is_cut_off:
        try:
            published = await asyncio.wait_for(reader.queue.get(), HEARTBEAT_SECONDS)
        except TimeoutError:
            yield b": still here\n\n"
            continue
        if published.position > sent:
            sent = published.position
            yield published.text


def problem(status: int, code: str, sentence: str) -> Response:
    return JSONResponse(problem_body(status, code, sentence), status_code=status, media_type=PROBLEM_TYPE)


@contextlib.asynccontextmanager
async def following(application: Starlette) -> AsyncIterator[None]:
    task = asyncio.create_task(hub.run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def allowed_origins() -> list[str]:
    """The pages' own addresses: the stream may stand on another port, and gets their cookies."""
    return list(settings.CSRF_TRUSTED_ORIGINS)


application = Starlette(
    routes=[
        Route("/healthz", healthz),
        Route("/api/v1/events/stream", events),
        Route("/api/v1/events/stream/", events),
    ],
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
