"""How long a hundred thousand tickets take to expire: python -m benchmarks.expiry [TICKETS]

Makes its own PostgreSQL in a folder that it throws away. Every ticket misses its promise to resolve,
every second one also its promise to respond. Two sweeps run at once, each a process of its own, as
two workers would. Printed apart: the sweeps themselves (tickets, clocks and events committed), and the
relay that gives the events their places in the feed, whose receivers only enqueue.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ticketing.runtime.databases import prepare_places, running_databases

TICKETS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
SWEEPS = 2
BUDGET = 60
SWEEP = """
import ticketing.boot
from tickets.actions.expiry import expire_due_tickets
print(expire_due_tickets(acting_user=None))
"""


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="lokisa-benchmark-"))
    folder.chmod(0o711)
    places = prepare_places(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ticketing.settings.test"
    try:
        with running_databases(places):
            os.environ["DATABASE_URL"] = places.database_url
            os.environ["REDIS_URL"] = places.redis_url
            measure()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure() -> None:
    # Django reads DATABASE_URL when it is imported.
    import benchmarks.tickets_expiring as expiring  # noqa: PLC0415

    timed(f"{TICKETS} tickets made", lambda: expiring.fill(TICKETS))
    seconds, touched = timed(f"{SWEEPS} sweeps at once", sweeps)
    assert sum(touched) == TICKETS, touched
    assert expiring.answers() == expiring.expected(TICKETS), expiring.answers()
    print(f"{'':24}{TICKETS / seconds:8.0f} tickets a second, shared {touched}; budget {BUDGET} s")
    timed("the relay", expiring.relay)


def sweeps() -> list[int]:
    """Run the sweeps at the same time; how many tickets each touched."""
    command = [sys.executable, "-c", SWEEP]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _sweep in range(SWEEPS)]
    return [int(process.communicate()[0]) for process in running]


def timed(name: str, work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = work()
    seconds = time.perf_counter() - began
    print(f"{name:24}{seconds:8.1f} s")
    return seconds, answer


if __name__ == "__main__":
    main()
