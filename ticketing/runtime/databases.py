"""PostgreSQL and Valkey together; either is left out when a setting names one outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


@contextmanager
def running_databases(
    places: Places, *, throwaway: bool = False, with_postgres: bool = True, with_valkey: bool = True
) -> Iterator[None]:
    """Keep the embedded servers up; whatever was already running stays running afterwards."""
    postgres, valkey = Postgres(places, throwaway=throwaway), Valkey(places, throwaway=throwaway)
    try:
        if with_postgres:
            postgres.start()
        if with_valkey:
            valkey.start()
        yield
    finally:
        valkey.stop()
        postgres.stop()


@contextmanager
def databases_of_this_run(places: Places) -> Iterator[None]:
    """The servers that no setting replaces by an outside one."""
    with running_databases(
        places,
        with_postgres=not os.environ.get("DATABASE_URL"),
        with_valkey=not os.environ.get("REDIS_URL"),
    ):
        yield
