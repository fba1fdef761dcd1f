"""How long one sweep takes to give out a long queue: python -m benchmarks.draining

Makes its own PostgreSQL in a folder that it throws away. TICKETS says how many wait.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from ticketing.runtime.databases import prepare_places, running_databases

TICKETS = int(os.environ.get("TICKETS", "10000"))
BUDGET_SECONDS = 20


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="lokisa-benchmark-"))
    folder.chmod(0o711)
    places = prepare_places(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ticketing.settings.test"
    try:
        with running_databases(places):
            os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = places.database_url, places.redis_url
            measure()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure() -> None:
    # Django reads DATABASE_URL when it is imported.
    import benchmarks.waiting_tickets as waiting  # noqa: PLC0415

    began = time.perf_counter()
    waiting.fill(TICKETS)
    print(f"{TICKETS} tickets wait after {time.perf_counter() - began:.0f} s", file=sys.stderr)
    began = time.perf_counter()
    given = waiting.drain()
    seconds = time.perf_counter() - began
    beyond_reach, over_capacity = waiting.left_over(), waiting.over_capacity()
    waiting.connections.close_all()
    verdict = "yes" if seconds < BUDGET_SECONDS else "no"
    print("| waiting | given out | nobody can take | members over capacity | seconds | a second | in time |")
    print("|--:|--:|--:|--:|--:|--:|---|")
    print(
        f"| {TICKETS} | {given} | {beyond_reach} | {over_capacity} | {seconds:.1f} "
        f"| {given / seconds:.0f} | {verdict} |"
    )


if __name__ == "__main__":
    main()
