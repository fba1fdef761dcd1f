"""What idle readers cost, and how long it takes from a commit to everybody: python -m benchmarks.live_feed

Makes its own PostgreSQL and Valkey in a folder that it throws away, and runs the stream and a worker as
`bin/serve` does. READERS says how many read, CHANGES how much happens while they do.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ticketing.runtime.databases import prepare_places, running_databases
from ticketing.runtime.places import PROJECT_DIR

READERS = int(os.environ.get("READERS", "1000"))
CHANGES = int(os.environ.get("CHANGES", "200"))
SECONDS_BETWEEN_CHANGES = 0.1
BUDGET_SECONDS = 0.5


def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
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
    import benchmarks.open_ticket as work  # noqa: PLC0415
    from tests.runtime.streams import free_port, is_up, wait_until  # noqa: PLC0415

    ticket = work.fill()
    port = free_port()
    stream = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "--no-ws"]
    worker = [sys.executable, "-m", "celery", "--app", "ticketing.celery", "--quiet", "worker"]
    worker += ["--pool", "solo", "--queues", "interactive", "--without-mingle", "--without-gossip"]
    with running([*stream, "ticketing.stream:application"]) as server, running(worker):
        wait_until(lambda: is_up(port, "/healthz"))
        wait_until(work.is_relayed)
        asyncio.run(readers_read(server.pid, port, ticket, work))
    work.connections.close_all()


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=PROJECT_DIR)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


async def readers_read(server: int, port: int, ticket: Any, work: Any) -> None:
    from tests.runtime.followers import Follower  # noqa: PLC0415

    known, last = asyncio.Event(), {"position": 0}
    alone = memory_of(server)
    followers = [Follower() for _reader in range(READERS)]
    reading = [asyncio.create_task(one.follow(port, known, last)) for one in followers]
    await asyncio.gather(*(one.is_open.wait() for one in followers))
    full = memory_of(server)
    committed = await asyncio.to_thread(change, ticket, work)
    last["position"] = max(committed)
    known.set()
    # Who had everything before this was known, notices with the next heartbeat.
    await asyncio.gather(*reading)
    delays = [one.arrived[position] - committed[position] for one in followers for position in committed]
    show(alone, full, delays)


def change(ticket: Any, work: Any) -> dict[int, float]:
    """Positions of the changes, and when each was committed, by the clock of the readers."""
    times: dict[int, float] = {}
    for number in range(CHANGES):
        times[work.change(ticket, number)] = time.perf_counter()
        time.sleep(SECONDS_BETWEEN_CHANGES)
    return dict(zip(work.positions(ticket, list(times)), times.values(), strict=True))


def memory_of(parent: int) -> int:
    """Resident bytes of a server and its workers."""
    pages = 0
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(place.parent.name) == parent or int(fields[1]) == parent:
            pages += int(fields[21])
    return pages * resource.getpagesize()


def show(alone: int, full: int, delays: list[float]) -> None:
    cuts = statistics.quantiles(delays, n=100)
    verdict = "yes" if cuts[94] < BUDGET_SECONDS else "no"
    print("| readers | server alone | with readers | per reader | deliveries | p50 | p95 | worst | in time |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    print(
        f"| {READERS} | {alone / 1e6:.0f} MB | {full / 1e6:.0f} MB | {(full - alone) / READERS / 1e3:.0f} kB "
        f"| {len(delays)} | {cuts[49] * 1e3:.0f} ms | {cuts[94] * 1e3:.0f} ms | {max(delays) * 1e3:.0f} ms "
        f"| {verdict} |"
    )


if __name__ == "__main__":
    main()
