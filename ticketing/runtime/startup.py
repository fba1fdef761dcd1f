"""What `manage.py serve` does, in order, and what it says when it cannot."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator

from django.conf import settings

from demo.seed.people import PASSWORD, sign_ins
from departments.models import Department
from ticketing.management.commands.prepare import is_prepared
from ticketing.runtime.databases import prepare_places, running_databases
from ticketing.runtime.places import PROJECT_DIR, Places
from ticketing.runtime.problems import RuntimeProblem
from ticketing.runtime.programs import Program, all_programs, listening_host, reachable_host
from ticketing.runtime.secret import kept_secret_key
from ticketing.runtime.supervisor import StopAsked, Supervisor, answers

# Every department has its people to sign in as; one stands for them all.
SHOWN_DEPARTMENT = "water"


def serve(say: Callable[[str], object]) -> None:
    """Start everything, say READY, stay until asked to stop. Raises RuntimeProblem."""
    began = time.monotonic()
    supervisor = Supervisor()
    supervisor.listen_for_signals()
    places = prepare_places()
    with only_one(places), contextlib.suppress(StopAsked):
        programs = list(all_programs())
        check_ports(programs)
        kept_secret_key(places)
        with running_databases(places) as servers:
            supervisor.servers = servers
            try:
                run(supervisor, programs, places, say, began)
            finally:
                supervisor.stop()
    say("Stopped.")


def run(
    supervisor: Supervisor,
    programs: list[Program],
    places: Places,
    say: Callable[[str], object],
    began: float,
) -> None:
    environment = environment_of(places)
    if not is_prepared():
        supervisor.run_once(
            [sys.executable, "manage.py", "prepare"],
            environment,
            failure="The database could not be prepared; see above why. Mend that, then start again.",
        )
    supervisor.start(programs, environment)
    front_page = f"http://{reachable_host()}:{settings.PORT}/"
    # Elsewhere there may be no organisation yet whose front page could be shown.
    if settings.DEMO and not answers(front_page):
        raise RuntimeProblem(f"The front page {front_page} does not answer; the lines above may say why.")
    say(ready_text(places, time.monotonic() - began))
    supervisor.watch()


def environment_of(places: Places) -> dict[str, str]:
    return {**os.environ, "LOKISA_DATA_DIR": str(places.data), "PYTHONUNBUFFERED": "1"}


@contextlib.contextmanager
def only_one(places: Places) -> Iterator[None]:
    """Hold the data directory. Raises RuntimeProblem when another start holds it already."""
    with places.lock_file.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise RuntimeProblem(
                f"Lokisa already runs from {places.data} ({lock.read().strip() or 'just starting'}). "
                "Stop that one first, or give a second one its own LOKISA_DATA_DIR and PORT."
            ) from error
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {settings.SITE_URL}")
        lock.flush()
        yield


def check_ports(programs: list[Program]) -> None:
    """Find out now rather than from a dying server. Raises RuntimeProblem with the setting to change."""
    taken_by: dict[int, str] = {}
    for name, port in (pair for program in programs for pair in program.ports):
        if port in taken_by:
            raise RuntimeProblem(f"{name} and {taken_by[port]} are both {port}. Give each a port of its own.")
        taken_by[port] = name
        try:
            socket.create_server((listening_host(), port)).close()
        except OSError as error:
            raise RuntimeProblem(port_sentence(name, port, error)) from error


def port_sentence(name: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program. Stop it, or choose another port: "
            f"{name}={port + 100 if port + 100 < 65536 else 8080} bin/serve"
        )
    if error.errno == errno.EACCES:
        return f"This user may not open port {port}. Choose one above 1023: {name}=8000 bin/serve"
    return f"Cannot listen on {listening_host()}:{port}: {error.strerror}. Change HOST or {name}."


def ready_text(places: Places, seconds: float) -> str:
    lines = [
        f"\nREADY after {seconds:.1f} s: {settings.SITE_URL}/",
        f"  Staff console   {settings.SITE_URL}/console/",
        f"  API             {settings.SITE_URL}/docs",
        f"  Live stream     {settings.STREAM_URL}",
    ]
    if settings.DEMO:
        lines.append(f"  Demo mailbox    {settings.SITE_URL}/demo/messages/")
        shown = list(Department.objects.filter(code=SHOWN_DEPARTMENT))
        lines.append(f"  Sign in with    {PASSWORD}  (for every one of these)")
        lines += [f"    {person.email:<36}{person.what}" for person in sign_ins(shown)]
    where = places.data.relative_to(PROJECT_DIR) if places.data.is_relative_to(PROJECT_DIR) else places.data
    apart = f", the database in {places.home}" if places.home != places.data else ""
    lines.append(f"  Everything is kept in {where}{apart}. Ctrl-C stops it all.")
    return "\n".join(lines) + "\n"
