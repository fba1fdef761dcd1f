"""Real PostgreSQL and Valkey for the tests, up before Django reads its settings.

Named in pytest.ini with `-p`. DATABASE_URL and REDIS_URL switch either off.
Workers of pytest-xdist inherit the addresses and take a Valkey database of their own.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from ticketing.collector import settle_collector
from ticketing.database_urls import redis_address
from ticketing.runtime.databases import prepare_places, running_databases
from ticketing.runtime.places import Places, default_data_dir
from ticketing.runtime.problems import RuntimeProblem

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
SERVERS = contextlib.ExitStack()


@contextlib.contextmanager
def own_places() -> Iterator[Places]:
    """The kept test directory, or, when another test run holds it, one that is removed afterwards."""
    kept = prepare_places(default_data_dir() / "tests")
    with (kept.data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            folder = tempfile.mkdtemp(prefix="lokisa-tests-")
            Path(folder).chmod(0o711)
            try:
                yield prepare_places(Path(folder))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        else:
            yield kept


def start_servers() -> None:
    places = SERVERS.enter_context(own_places())
    SERVERS.enter_context(running_databases(places, throwaway=True))
    os.environ["LOKISA_DATA_DIR"] = str(places.data)
    os.environ.setdefault("DATABASE_URL", places.database_url)
    os.environ.setdefault("REDIS_URL", places.redis_url)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Before pytest-django's own hook loads the settings, which read the addresses."""
    # Playwright's own event loop runs in the thread of the tests.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    if WORKER:
        number = int(WORKER.removeprefix("gw")) + 1
        os.environ["REDIS_URL"] = redis_address(os.environ["REDIS_URL"], database=number)
    else:
        try:
            start_servers()
        except RuntimeProblem as problem:
            SERVERS.close()
            raise pytest.UsageError(str(problem)) from problem
    return (yield)


def pytest_collection_finish() -> None:
    settle_collector()


def pytest_unconfigure() -> None:
    SERVERS.close()
