"""How long the server takes for what residents open, with 100,000 tickets: python -m benchmarks.pages

Makes its own PostgreSQL and Valkey in a folder that it throws away, and fills them with the demo city. Each
page is asked through the whole WSGI application in this process, as a visitor and without a cache of pages;
the trivial page, which only says that the process lives, is the measure for the machine. TICKETS says how
many there are, TIMES how often each page is asked, PLANS=1 shows what the database does for the slow ones.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from ticketing.runtime.databases import prepare_places, running_databases

TICKETS = int(os.environ.get("TICKETS", "100000"))
TIMES = int(os.environ.get("TIMES", "60"))
BUDGET_MS = 50


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
    # Django reads where the databases are when it is imported.
    from benchmarks import pages_of_a_city as pages  # noqa: PLC0415

    city = pages.fill(TICKETS)
    print(f"{TICKETS} tickets, {TIMES} times each, milliseconds of server time\n")
    print(f"{'page':<28}{'p50':>8}{'p95':>8}{'queries':>9}{'times /healthz':>16}")
    trivial = None
    for name, path in pages.paths(city):
        taken, queries = pages.ask(city, path, TIMES)
        trivial = trivial or taken.p50
        late = "  over" if taken.p95 > BUDGET_MS else ""
        print(f"{name:<28}{taken.p50:>8.1f}{taken.p95:>8.1f}{queries:>9}{taken.p50 / trivial:>16.1f}{late}")
        if late and os.environ.get("PLANS"):
            pages.show_plans(city, path)
    pages.connections.close_all()


if __name__ == "__main__":
    main()
