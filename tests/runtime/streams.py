"""The real stream process on the tests' own database, and a reader of what it sends."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection
from redis import Redis

from tests.runtime.followers import PATH as PATH
from ticketing.runtime.places import PROJECT_DIR
from tickets.feed import FEED_CHANNEL, latest_position

Event = tuple[str, str, dict[str, Any]]


@dataclass
class Line:
    """One open connection, read line by line."""

    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse

    @property
    def status(self) -> int:
        return self.response.status

    def next_events(self, count: int) -> list[Event]:
        """The next events as (id, name, data)."""
        found: list[Event] = []
        fields: dict[str, str] = {}
        while len(found) < count:
            line = self.response.readline()
            assert line, f"The stream ended after {found}."
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name in {"id", "event", "data"}:
                fields[name] = value
            if not name and "data" in fields:
                found.append((fields["id"], fields["event"], json.loads(fields["data"])))
                fields = {}
        return found

    def next_kinds(self, count: int) -> list[tuple[str, str]]:
        """The next events as (reference, kind)."""
        return [(data["reference"], data["kind"]) for _id, _name, data in self.next_events(count)]

    def rest(self) -> str:
        """Everything until the stream ends."""
        return self.response.read().decode()

    def problem(self) -> dict[str, Any]:
        assert self.response.getheader("Content-Type") == "application/problem+json"
        body: dict[str, Any] = json.loads(self.response.read())
        return body

    def hang_up(self) -> None:
        self.response.close()
        self.connection.close()


@dataclass
class Stream:
    process: subprocess.Popen[bytes]
    port: int
    lines: list[Line] = field(default_factory=list)

    def get(self, query: str = "", *, path: str = PATH, method: str = "GET", **headers: str) -> Line:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, f"{path}{query}", headers=spelled)
        opened = Line(line, line.getresponse())
        self.lines.append(opened)
        return opened

    def listen(self, query: str = "", **headers: str) -> Line:
        """An open stream, up to the line with which it begins: whatever is published from now on comes."""
        opened = self.get(query, **headers)
        assert opened.status == 200, opened.response.read()
        assert opened.response.readline() == b"retry: 2000\n"
        return opened

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=20) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def readers(self) -> int:
        return int(self.health()["readers"])

    def begin_again(self) -> None:
        """Nobody reads, and the feed is where the flushed database of the next test has it."""
        self.hang_up()
        wait_until(lambda: self.readers() == 0)
        self.catch_up()

    def catch_up(self) -> None:
        """Until the process has read the feed to its end, after rows that no relay announced."""
        Redis.from_url(settings.REDIS_URL).publish(FEED_CHANNEL, 0)
        wait_until(lambda: self.health()["position"] == latest_position())

    def stop(self) -> int:
        """Ask it to stop as the supervisor does. Returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def hang_up(self) -> None:
        while self.lines:
            self.lines.pop().hang_up()


@contextmanager
def running_stream(**environment: str) -> Iterator[Stream]:
    """A process of its own, which begins where the feed is now."""
    application = "ticketing.stream:application"
    with running_server("asgi", application, health="/healthz", **environment) as (process, port):
        stream = Stream(process, port)
        try:
            yield stream
        finally:
            stream.hang_up()


@contextmanager
def running_server(
    interface: str, application: str, *, health: str, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The server of `bin/serve`, on the tests' own database: its process and its port."""
    port = free_port()
    found = connection.settings_dict
    url = f"postgresql://{found['USER']}@/{found['NAME']}?host={found['HOST']}"
    command = [sys.executable, "-m", "granian", "--interface", interface, "--port", str(port), "--no-ws"]
    process = subprocess.Popen(
        [*command, "--workers-kill-timeout", "10", "--log-level", "warning", application],
        cwd=PROJECT_DIR,
        env=os.environ
        | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "ticketing.settings.test"}
        | environment,
    )
    try:
        wait_until(lambda: is_up(port, health))
        yield process, port
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def is_up(port: int, health: str) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}{health}", timeout=5).close()
    except OSError:
        return False
    return True


def wait_until(is_so: Callable[[], bool], seconds: float = 90) -> None:
    """Until it is so. However long it takes is no result; an AssertionError says that it never came."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ids_in(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"^id: (\d+)$", text, re.MULTILINE)]
