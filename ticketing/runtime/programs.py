"""The processes that make up Lokisa and how each is started: by the supervisor, by Docker, by hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from ticketing.celery import QUEUES

WEB_WORKERS = 2
WEB_THREADS = 4


@dataclass(frozen=True)
class Program:
    """One process; `address` answers 200 once it is up."""

    name: str
    command: tuple[str, ...]
    ports: tuple[tuple[str, int], ...] = ()
    address: str = ""


def listening_host() -> str:
    return os.environ.get("HOST") or "127.0.0.1"


def reachable_host() -> str:
    """Where this machine itself reaches its own servers: a wildcard address is no destination."""
    host = listening_host()
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104


def program_names() -> list[str]:
    return ["web", "stream", "worker", "beat", "postoffice"]


def all_programs() -> Iterator[Program]:
    yield web()
    yield stream()
    yield worker()
    yield beat()
    if settings.DEMO and (settings.DEMO_MAILS or settings.DEMO_MESSAGES):
        yield postoffice()


def granian(
    interface: str, port: int, application: str, *options: str, stop_seconds: int = 10
) -> tuple[str, ...]:
    # Without a kill time-out a server waits for ever for readers of open streams.
    common = (
        "--workers-kill-timeout",
        str(stop_seconds),
        "--respawn-failed-workers",
        "--no-ws",
        "--log-level",
        "warning",
    )
    address = ("--host", listening_host(), "--port", str(port))
    return (
        sys.executable,
        "-m",
        "granian",
        "--interface",
        interface,
        *address,
        *common,
        *options,
        application,
    )


def web() -> Program:
    sizes = ("--workers", os.environ.get("WEB_WORKERS") or str(WEB_WORKERS))
    threads = ("--blocking-threads", os.environ.get("WEB_THREADS") or str(WEB_THREADS))
    command = granian("wsgi", settings.PORT, "ticketing.wsgi:application", *sizes, *threads)
    ready = f"http://{reachable_host()}:{settings.PORT}/readyz"
    return Program("web", command, ports=(("PORT", settings.PORT),), address=ready)


def stream() -> Program:
    command = granian(
        "asgi", settings.STREAM_PORT, "ticketing.stream:application", "--workers", "1", stop_seconds=2
    )
    health = f"http://{reachable_host()}:{settings.STREAM_PORT}/healthz"
    return Program("stream", command, ports=(("STREAM_PORT", settings.STREAM_PORT),), address=health)


def celery(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "--app", "ticketing.celery", "--quiet", *arguments)


def worker() -> Program:
    size = os.environ.get("WORKERS") or "2"
    queues = ",".join(QUEUES)
    options = ("--loglevel", "warning", "--concurrency", size, "--queues", queues, "--without-mingle")
    return Program("worker", celery("worker", *options, "--without-gossip", "--hostname", "worker@%h"))


def beat() -> Program:
    return Program("beat", celery("beat", "--loglevel", "warning", "--pidfile="))


def postoffice() -> Program:
    ports = (("SMTP_PORT", settings.SMTP_PORT), ("SMS_PORT", settings.SMS_PORT))
    listen = os.environ.get("POSTOFFICE_LISTEN") or "127.0.0.1"
    return Program("postoffice", (sys.executable, "manage.py", "postoffice", "--host", listen), ports=ports)


def find_program(name: str) -> Program | None:
    return next((program for program in all_programs() if program.name == name), None)
