"""How long ten thousand mails take, and one: python -m benchmarks.notifications

Makes its own PostgreSQL and Valkey in a folder that it throws away. One worker, with two processes as
`bin/serve` has it, routes, renders and hands over to a real SMTP server in another process. MESSAGES says
how many.
"""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ticketing.runtime.databases import prepare_places, running_databases

MESSAGES = int(os.environ.get("MESSAGES", "10000"))
BUDGET_SECONDS = 120
# In normal running: so many tickets on which work begins, one after the other.
TICKETS, A_SECOND = 60, 3
BUDGET_P95 = 5


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="lokisa-benchmark-"))
    folder.chmod(0o711)
    places = prepare_places(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ticketing.settings.test"
    try:
        with running_databases(places), mail_server() as port:
            os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = places.database_url, places.redis_url
            os.environ["TESTS_SMTP_PORT"] = str(port)
            measure()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def mail_server() -> Iterator[int]:
    """A real SMTP server that takes everything, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "-c", "aiosmtpd.handlers.Sink"])
    try:
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def measure() -> None:
    # Django reads DATABASE_URL when it is imported.
    import benchmarks.messages_to_send as sending  # noqa: PLC0415

    category = sending.migrate()
    events = sending.fill(category, MESSAGES)
    print(f"{len(events)} events are to be told in {MESSAGES} mails", file=sys.stderr)
    with sending.working():
        began = time.perf_counter()
        sending.hand_to_worker(events)
        sending.wait_for(MESSAGES, 600)
        seconds = time.perf_counter() - began
        sending.begin_work(category, TICKETS, A_SECOND)
        sending.wait_for(MESSAGES + TICKETS, 60)
    delays = sending.delays()
    sending.connections.close_all()
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    rate, in_time = MESSAGES / seconds, verdict(seconds, BUDGET_SECONDS)
    print("| mails | seconds, worker's start included | a second | in time | largest process, MB |")
    print("|--:|--:|--:|---|--:|")
    print(f"| {MESSAGES} | {seconds:.1f} | {rate:.0f} | {in_time} | {most} |")
    print()
    middle, p95 = delays[len(delays) // 2], delays[int(len(delays) * 0.95)]
    print("| event to hand-over | median, s | p95, s | longest, s | in time |")
    print("|--:|--:|--:|--:|---|")
    print(f"| {len(delays)} | {middle:.2f} | {p95:.2f} | {delays[-1]:.2f} | {verdict(p95, BUDGET_P95)} |")


def verdict(found: float, budget: float) -> str:
    return "yes" if found < budget else "no"


if __name__ == "__main__":
    main()
