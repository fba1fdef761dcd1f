"""What PostgreSQL's row-level security would cost on the hot paths: python -m benchmarks.row_level_security

Makes its own PostgreSQL in a folder that it throws away, with two copies of one database: plain, and
walled by policies. Each path runs alternately in both, by the SQL of the real querysets.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from ticketing.runtime.databases import prepare_places, running_databases

ORGANISATIONS = 5
TICKETS = 10_000  # of each organisation
EVENTS_PER_TICKET = 2
REPETITIONS = int(os.environ.get("REPETITIONS", "300"))
BUDGET = 0.05
# People with a role and the visitor's view of a public organisation: the least that a policy has to say.
OWN = "organisation_id = ANY ((SELECT string_to_array(current_setting('lokisa.organisations'), ','))::uuid[])"
POLICIES = {
    "tickets_ticket": OWN,
    "tickets_ticketevent": OWN,
    "departments_department": OWN,
    "departments_category": OWN,
    "departments_ward": OWN,
}
WALLED, ROLE = "walled", "walled_reader"


class HotPath(NamedTuple):
    """One query of a hot path."""

    name: str
    statement: str
    parameters: tuple[Any, ...]


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="lokisa-benchmark-"))
    folder.chmod(0o711)
    places = prepare_places(folder)
    os.environ["REDIS_URL"] = "redis://localhost:1/0"
    os.environ["DJANGO_SETTINGS_MODULE"] = "ticketing.settings.test"
    try:
        with running_databases(places):
            os.environ["DATABASE_URL"] = places.database_url
            organisation, paths = filled()
            measure(places.database_url, organisation, paths)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def filled() -> tuple[str, list[HotPath]]:
    """A migrated database with tickets; the organisation to read as, and the hot paths' SQL."""
    # Django reads DATABASE_URL when it is imported.
    import benchmarks.tickets_in_bulk as bulk  # noqa: PLC0415

    began = time.perf_counter()
    organisation = bulk.fill(ORGANISATIONS, TICKETS, EVENTS_PER_TICKET)
    print(f"{ORGANISATIONS * TICKETS} tickets in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    paths = [HotPath(*path) for path in bulk.hot_paths(organisation)]
    # A database with a connection cannot be copied.
    bulk.connections.close_all()
    return str(organisation.pk), paths


def measure(address: str, organisation: str, paths: list[HotPath]) -> None:
    with psycopg.connect(address, autocommit=True, prepare_threshold=None) as owner:
        name = owner.info.dbname
    with psycopg.connect(address, dbname="postgres", autocommit=True) as outside:
        outside.execute(f"CREATE DATABASE {WALLED} TEMPLATE {name}")
        outside.execute(f"CREATE ROLE {ROLE}")
    for database in (name, WALLED):
        with psycopg.connect(address, dbname=database, autocommit=True) as owner:
            prepare(owner, with_policies=database == WALLED)
    with reader(address, name) as plain, reader(address, WALLED) as walled:
        show([compare(path, plain, walled, organisation) for path in paths])


def prepare(owner: psycopg.Connection, *, with_policies: bool) -> None:
    owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}")
    for table, condition in POLICIES.items() if with_policies else ():
        owner.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        owner.execute(f"CREATE POLICY own ON {table} USING ({condition})")
    owner.execute("VACUUM ANALYZE")


def reader(address: str, database: str) -> psycopg.Connection:
    """As the site connects: client-side parameters, nothing prepared; a role that policies bind."""
    connection = psycopg.connect(
        address, dbname=database, autocommit=True, prepare_threshold=None, cursor_factory=psycopg.ClientCursor
    )
    connection.execute(f"SET ROLE {ROLE}")
    return connection


class Compared(NamedTuple):
    name: str
    rows: int
    plain: float
    policy: float
    transaction: float


def compare(
    path: HotPath, plain: psycopg.Connection, walled: psycopg.Connection, organisation: str
) -> Compared:
    """Medians in milliseconds: plain, with policies alone, and with the setting made for each transaction."""
    setting = ("SELECT set_config('lokisa.organisations', %s, true)", (organisation,))
    walled.execute("SELECT set_config('lokisa.organisations', %s, false)", (organisation,))

    def run(connection: psycopg.Connection) -> list[Any]:
        return connection.execute(path.statement, path.parameters).fetchall()

    def in_transaction() -> list[Any]:
        with walled.transaction():
            walled.execute(*setting)
            return run(walled)

    ways: list[Callable[[], list[Any]]] = [lambda: run(plain), lambda: run(walled), in_transaction]
    answers = [way() for way in ways]
    assert answers[0] == answers[1] == answers[2], f"{path.name}: the wall changed the answer"
    taken: list[list[float]] = [[], [], []]
    for turn in range(REPETITIONS):
        # Who begins changes, so that nobody always finds the caches warm.
        for place in ((turn + step) % 3 for step in range(3)):
            began = time.perf_counter()
            ways[place]()
            taken[place].append((time.perf_counter() - began) * 1000)
    return Compared(path.name, len(answers[0]), *map(statistics.median, taken))


def show(results: list[Compared]) -> None:
    for line in table(results):
        print(line)


def table(results: list[Compared]) -> Iterator[str]:
    yield "| path | rows | plain, ms | policy, ms | ratio | policy and SET LOCAL, ms | ratio | within 5 % |"
    yield "|---|--:|--:|--:|--:|--:|--:|---|"
    for row in results:
        alone, whole = row.policy / row.plain, row.transaction / row.plain
        verdict = "yes" if whole <= 1 + BUDGET else "no"
        yield (
            f"| {row.name} | {row.rows} | {row.plain:.2f} | {row.policy:.2f} | {alone:.2f} "
            f"| {row.transaction:.2f} | {whole:.2f} | {verdict} |"
        )


if __name__ == "__main__":
    main()
