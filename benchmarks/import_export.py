"""How long many tickets take to come in and to go out: python -m benchmarks.import_export [ROWS]

Makes its own PostgreSQL in a folder that it throws away. Rows have a category with a promise, a place in
a ward, a customer and an external reference, as a city's own list would have; one in a hundred is wrong.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from tqdm import tqdm

from ticketing.runtime.databases import prepare_places, running_databases

ROWS = 100_000
BUDGET_SECONDS = 60
CENTRE = (-25.75, 28.2)


class Phase(NamedTuple):
    name: str
    rows: int
    seconds: float
    own: float  # seconds of this process alone; the rest is the database, or somebody else's
    bytes: int


class Watch:
    def __init__(self) -> None:
        self.wall, self.own = time.perf_counter(), time.process_time()

    def phase(self, name: str, rows: int, size: int) -> Phase:
        return Phase(name, rows, time.perf_counter() - self.wall, time.process_time() - self.own, size)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    folder = Path(tempfile.mkdtemp(prefix="lokisa-benchmark-"))
    folder.chmod(0o711)
    places = prepare_places(folder)
    os.environ["REDIS_URL"] = "redis://localhost:1/0"
    os.environ["DJANGO_SETTINGS_MODULE"] = "ticketing.settings.test"
    os.environ["MEDIA_ROOT"] = str(folder / "media")
    try:
        with running_databases(places):
            os.environ["DATABASE_URL"] = places.database_url
            measure(rows)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(rows: int) -> None:
    # Django reads DATABASE_URL when it is imported.
    from django.core.management import call_command  # noqa: PLC0415

    import benchmarks.tickets_in_bulk as bulk  # noqa: PLC0415
    from departments.tests.factories import WardFactory  # noqa: PLC0415
    from tickets.tests.factories import burst_pipe_category  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    category = burst_pipe_category()
    WardFactory.create(organisation=category.organisation, number=1)
    try:
        show(phases(rows, category))
    finally:
        bulk.connections.close_all()


def phases(rows: int, category: Any) -> Iterator[Phase]:
    from accounts.models import User  # noqa: PLC0415
    from tickets.actions.importing import begin_import, run_import  # noqa: PLC0415
    from tickets.enums import FileFormat  # noqa: PLC0415
    from tickets.exchange.export import exported_lines  # noqa: PLC0415
    from tickets.models import Ticket  # noqa: PLC0415

    file = list(lines(rows, category.code))
    size = sum(map(len, file))
    watch = Watch()
    run = begin_import(
        category.organisation, file, file_format=FileFormat.JSONL, is_dry_run=False, acting_user=None
    )
    yield watch.phase("take the file", rows, size)
    watch = Watch()
    with tqdm(total=run.size, unit="B", unit_scale=True, disable=None) as bar:
        for present in run_import(run.pk):
            bar.update(present.offset - bar.n)
            run = present
    yield watch.phase("check and write the rows", rows, size)
    assert (run.state, run.created_count, run.refused_count) == ("done", rows - rows // 100, rows // 100)
    operator = User(is_superuser=True, is_active=True)
    tickets = Ticket.objects.of_organisation(category.organisation_id)
    for file_format in FileFormat:
        watch = Watch()
        written = sum(map(len, exported_lines(tickets, operator, file_format)))
        yield watch.phase(f"write {file_format.value}", run.created_count, written)


def lines(rows: int, category: str) -> Iterator[bytes]:
    chance = random.Random(7)
    words = ["pipe", "water", "leak", "street", "light", "meter", "burst", "valve", "road", "hole", "sewer"]
    for number in range(rows):
        row = {
            "title": " ".join(chance.choices(words, k=5)),
            "description": " ".join(chance.choices(words, k=20)),
            "category": category,
            "priority": "very" if number % 100 == 99 else chance.choice(["low", "medium", "high"]),
            "latitude": CENTRE[0] + chance.uniform(-0.04, 0.04),
            "longitude": CENTRE[1] + chance.uniform(-0.04, 0.04),
            "address": f"{number} Church Street",
            "customer_name": f"Customer {number}",
            "customer_email": f"customer{number}@example.org",
            "external_ref": f"OLD-{number}",
        }
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def show(results: Iterable[Phase]) -> None:
    """Each as soon as it is known."""
    print("| phase | rows | MB | seconds | of these Python | rows/s | budget |")
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for phase in results:
        print(
            f"| {phase.name} | {phase.rows} | {phase.bytes / 1e6:.1f} | {phase.seconds:.1f} "
            f"| {phase.own:.1f} | {phase.rows / phase.seconds:.0f} "
            f"| {BUDGET_SECONDS * phase.rows / ROWS:.0f} s |",
            flush=True,
        )


if __name__ == "__main__":
    main()
