"""Keeps our processes up: starts them, prefixes their logs, restarts the dead, stops all in order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from ticketing.runtime.databases import Server
from ticketing.runtime.places import PROJECT_DIR
from ticketing.runtime.problems import RuntimeProblem
from ticketing.runtime.processes import start_server
from ticketing.runtime.programs import Program

QUICK_DEATH_SECONDS = 10.0
QUICK_DEATHS_ALLOWED = 4
FIRST_DELAY_SECONDS = 0.5
START_SECONDS = 90.0
STOP_SECONDS = 25.0
POLL_SECONDS = 0.1


class StopAsked(Exception):
    """Somebody pressed Ctrl-C or sent a signal while things were starting."""


@dataclass
class Child:
    """One program and what became of it so far."""

    program: Program
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    quick_deaths: int = 0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = start_server(
            self.program.command, output=subprocess.PIPE, environment=self.environment, directory=PROJECT_DIR
        )
        threading.Thread(
            target=relay_lines, args=(self.program.name, self.process.stdout), daemon=True
        ).start()

    def keep_up(self) -> None:
        """Start it again when it is dead and its back-off is over.

        Raises RuntimeProblem when it keeps dying as soon as it is started.
        """
        if self.process is not None and self.process.poll() is not None:
            self.note_death(self.process.returncode)
        if self.process is None and time.monotonic() >= self.restart_at:
            self.start()

    def note_death(self, code: int) -> None:
        quick = time.monotonic() - self.started_at < QUICK_DEATH_SECONDS
        self.quick_deaths = self.quick_deaths + 1 if quick else 0
        if self.quick_deaths >= QUICK_DEATHS_ALLOWED:
            raise RuntimeProblem(
                f"{self.program.name} ended {self.quick_deaths} times right after starting (with {code}). "
                "Its last lines stand above; mend what they say, then start again."
            )
        self.end_orphans()
        delay = FIRST_DELAY_SECONDS * 2 ** max(self.quick_deaths - 1, 0)
        say(self.program.name, f"ended with {code}, started again in {delay:g} s")
        self.restart_at = time.monotonic() + delay
        self.process = None

    def ask_to_stop(self) -> None:
        # The parent only: Celery and granian finish what their own children are in the middle of.
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def make_stop(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            say(self.program.name, "did not end in time and is killed")
            self.end_orphans()
            self.process.wait()

    def end_orphans(self) -> None:
        """Kill what is left of the process's own session: orphaned web workers would go on answering."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self.process is not None:
                os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class Supervisor:
    children: list[Child] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)
    stop_asked: bool = False

    def listen_for_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, *_args: object) -> None:
        # A plain flag: a lock that the interrupted code holds, as in threading.Event, would wait for ever.
        self.stop_asked = True

    def pause(self) -> bool:
        """Wait a moment. Returns whether somebody asked to stop."""
        time.sleep(POLL_SECONDS)
        return self.stop_asked

    def run_once(self, command: Iterable[str], environment: Mapping[str, str], *, failure: str) -> None:
        """Run a command to its end on our own output. Raises RuntimeProblem or StopAsked."""
        process = start_server(list(command), output=None, environment=environment, directory=PROJECT_DIR)
        while process.poll() is None:
            if self.pause():
                process.terminate()
                process.wait()
                raise StopAsked
        if process.returncode != 0:
            raise RuntimeProblem(failure)

    def start(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        """Start all and return once every address has answered 200. Raises RuntimeProblem or StopAsked.

        Those with an address come first: nobody waits for background work to begin a second later.
        """
        first = [program for program in programs if program.address]
        for group in (first, [program for program in programs if not program.address]):
            for program in group:
                self.children.append(Child(program, environment))
                self.children[-1].start()
            self.await_answers()

    def await_answers(self) -> None:
        """Return once every address that was started has answered 200."""
        deadline = time.monotonic() + START_SECONDS
        waiting = [child.program.address for child in self.children if child.program.address]
        while waiting:
            self.keep_up()
            waiting = [address for address in waiting if not answers(address)]
            if waiting and time.monotonic() > deadline:
                raise RuntimeProblem(f"No answer from {waiting[0]} within {START_SECONDS:.0f} seconds.")

    def keep_up(self) -> None:
        if self.pause():
            raise StopAsked
        for server in self.servers:
            revive(server)
        for child in self.children:
            child.keep_up()

    def watch(self) -> None:
        """Keep everything up until asked to stop. Raises RuntimeProblem when something cannot be kept up."""
        with contextlib.suppress(StopAsked):
            while True:
                self.keep_up()

    def stop(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.make_stop(deadline)


def revive(server: Server) -> None:
    """Start a database server again that was killed; what it had acknowledged is still there.

    Raises RuntimeProblem when it does not come back.
    """
    if server.process is None or server.process.poll() is None:
        return
    say(type(server).__name__.lower(), f"ended with {server.process.returncode}, started again")
    for attempt in range(1, QUICK_DEATHS_ALLOWED + 1):
        # What the dead one had begun may hold on to its memory for a moment.
        time.sleep(FIRST_DELAY_SECONDS * attempt)
        try:
            server.start()
        except RuntimeProblem:
            if attempt == QUICK_DEATHS_ALLOWED:
                raise
        else:
            return


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def relay_lines(name: str, output: IO[bytes] | None) -> None:
    for line in output or ():
        say(name, line.decode(errors="replace").rstrip())


def say(name: str, text: str) -> None:
    # A terminal that went away must not keep us from stopping in order.
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{name:<10} | {text}\n")
        sys.stdout.flush()
