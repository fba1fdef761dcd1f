"""The stream process: Server-Sent Events for pages and machines that want to be told at once."""

from __future__ import annotations

import os

import django
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings.development")
django.setup()


async def healthz(request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


application = Starlette(routes=[Route("/healthz", healthz)])
