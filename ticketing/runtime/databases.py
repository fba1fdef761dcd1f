"""PostgreSQL and Valkey together; either is left out when a setting names one outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from ticketing.runtime.places import Places, find_places, make_directory, server_user
from ticketing.runtime.postgres import Postgres
from ticketing.runtime.valkey import Valkey


def prepare_places(data: Path | None = None) -> Places:
    """The places with their directories made; found again then: a new folder may be closed to others."""
    mode = 0o711 if server_user().is_other else 0o700
    make_directory(find_places(data).data, mode=mode)
    places = find_places(data)
    make_directory(places.home, mode=mode)
    make_directory(places.sockets, owner=server_user())
    make_directory(places.logs)
    return places


Server: TypeAlias = Postgres | Valkey


@contextmanager
def running_databases(places: Places, *, throwaway: bool = False) -> Iterator[list[Server]]:
    """The servers that no setting replaces by an outside one, kept up; what already ran goes on running."""
    servers: list[Server] = []
    if not os.environ.get("DATABASE_URL"):
        servers.append(Postgres(places, throwaway=throwaway))
    if not os.environ.get("REDIS_URL"):
        servers.append(Valkey(places, throwaway=throwaway))
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in reversed(servers):
            server.stop()
