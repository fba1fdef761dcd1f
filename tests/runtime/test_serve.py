"""`bin/serve` as a newcomer meets it: what it says when it cannot start, and that it keeps things up."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from ticketing.runtime.places import PROJECT_DIR

pytestmark = [pytest.mark.runtime, pytest.mark.xdist_group("serve")]
NOT_FOR_THE_CHILD = (
    "DATABASE_URL",
    "REDIS_URL",
    "DJANGO_SETTINGS_MODULE",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "SITE_URL",
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def environment(data: Path, **settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_FOR_THE_CHILD}
    ports = {name: str(free_port()) for name in ("PORT", "STREAM_PORT", "SMTP_PORT", "SMS_PORT")}
    return {
        **inherited,
        **ports,
        "LOKISA_DATA_DIR": str(data),
        # Kept between runs of the tests: collecting takes longer than the rest of a start.
        "STATIC_ROOT": str(Path(os.environ.get("LOKISA_DATA_DIR", data)) / "static"),
        "DEMO": "no",
        "PYTHONUNBUFFERED": "1",
        **settings,
    }


def refused(data: Path, **settings: str) -> str:
    """What it says when it does not start: one line, no traceback, exit code 1."""
    done = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=PROJECT_DIR,
        env=environment(data, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stderr.strip()
    assert (done.returncode, done.stdout, said.count("\n")) == (1, "", 0), done.stdout + said
    return said


@pytest.fixture
def data() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def kept_data() -> Iterator[Path]:
    """For starts that may find what an earlier one has prepared."""
    with open_folder() as folder:
        yield folder


@contextmanager
def open_folder() -> Iterator[Path]:
    """Not one of pytest's folders: it closes those to others, and PostgreSQL may run as another user."""
    with tempfile.TemporaryDirectory(prefix="lokisa-serve-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_taken_port_is_named_with_the_setting_that_changes_it(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said = refused(data, PORT=port)
    assert said.startswith(f"Port {port} is taken by another program. Stop it, or choose another port: PORT=")


def test_one_port_for_two_things_is_refused(data: Path) -> None:
    assert refused(data, PORT="8123", STREAM_PORT="8123") == (
        "STREAM_PORT and PORT are both 8123. Give each a port of its own."
    )


def test_a_data_directory_that_cannot_be_made_is_named(data: Path) -> None:
    (data / "file").write_text("in the way")
    said = refused(data / "file" / "inside")
    assert said.startswith(f"Cannot create {data / 'file' / 'inside'}: Not a directory.")
    assert "LOKISA_DATA_DIR" in said


def test_a_second_start_is_refused(data: Path) -> None:
    with (data / "serve.lock").open("w") as lock:
        lock.write("process 42, http://localhost:8000")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = refused(data)
    assert said.startswith(
        f"Lokisa already runs from {data} (process 42, http://localhost:8000). Stop that one first"
    )


def test_a_setting_that_makes_no_sense_is_named(data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=PROJECT_DIR,
        env=environment(data, PORT="eight thousand"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert done.stderr.strip() == "PORT must be a whole number, not 'eight thousand'."


@dataclass
class Running:
    """A `serve` of our own with its output."""

    data: Path
    settings: dict[str, str]
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def listen(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line)

    def said(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def answers(self) -> bool:
        try:
            address = f"http://127.0.0.1:{self.settings['PORT']}/readyz"
            return bool(urllib.request.urlopen(address, timeout=5).status == 200)
        except OSError:
            return False

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.data / "run"), user="lokisa", dbname="lokisa", autocommit=True)

    def processes(self) -> dict[int, str]:
        """What lives of this run, by the data directory that each of them was started with."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                variables = (folder / "environ").read_bytes()
            except OSError:
                continue
            if f"LOKISA_DATA_DIR={self.data}".encode() in variables.split(b"\0") and command:
                found[int(folder.name)] = command
        return found

    def pid_of(self, pattern: str) -> int:
        """The oldest process whose command line matches: the parent of its kind."""
        return min(pid for pid, command in self.processes().items() if re.search(pattern, command))


def wait_until(true: Callable[[], bool], *, seconds: float, what: str, running: Running) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen:\n{''.join(running.lines)}"
        time.sleep(0.1)


@pytest.fixture
def running(kept_data: Path) -> Iterator[Running]:
    settings = environment(kept_data)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=PROJECT_DIR,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    serve = Running(kept_data, settings, process)
    reader = threading.Thread(target=serve.listen, daemon=True)
    reader.start()
    yield serve
    if process.poll() is None:
        process.kill()
    process.wait()
    reader.join(timeout=30)
    if process.stdout:
        process.stdout.close()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_what_dies_comes_back_with_everything_acknowledged_and_all_of_it_stops(running: Running) -> None:
    wait_until(lambda: running.said("READY"), seconds=240, what="READY", running=running)
    assert running.answers()

    with running.connect() as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('acknowledged')")
    os.kill(running.pid_of(r"bin/postgres -D"), signal.SIGKILL)
    wait_until(
        lambda: running.said("postgres   | ended"), seconds=20, what="PostgreSQL's end", running=running
    )
    wait_until(running.answers, seconds=30, what="PostgreSQL's return", running=running)
    with running.connect() as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("acknowledged",)]

    os.kill(running.pid_of("ticketing.wsgi"), signal.SIGKILL)
    wait_until(lambda: running.said("web        | ended"), seconds=20, what="the web's end", running=running)
    wait_until(running.answers, seconds=30, what="the web's return", running=running)

    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(timeout=60) == 0
    wait_until(lambda: running.processes() == {}, seconds=15, what="the end of all", running=running)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's own")
def test_nothing_outlives_a_killed_supervisor(running: Running) -> None:
    wait_until(lambda: running.said("READY"), seconds=240, what="READY", running=running)
    running.process.kill()
    running.process.wait()
    wait_until(lambda: running.processes() == {}, seconds=30, what="the end of all", running=running)
