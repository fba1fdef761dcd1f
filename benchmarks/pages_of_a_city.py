"""The demo city with many tickets, and what residents open of it. Import with DATABASE_URL set."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import ticketing.boot as boot

# isort: split
from django.core.management import call_command
from django.db import connection, connections
from django.db.models import GeneratedField
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation
from departments.models import Suburb, Ward
from tickets.enums import EventKind
from tickets.models import Ticket

# The demo tells whole stories, which takes time; the rest are copies.
MOST_TOLD = 3000

__all__ = ["Taken", "ask", "boot", "connections", "fill", "paths", "show_plans"]


@dataclass(frozen=True)
class Taken:
    """Milliseconds."""

    p50: float
    p95: float


def fill(tickets: int) -> Organisation:
    """Migrate, and make the demo city with so many tickets."""
    call_command("migrate", verbosity=0)
    told = min(tickets, MOST_TOLD)
    call_command("load_demo", "--tickets", str(told), stdout=io.StringIO())
    city = Organisation.objects.get(slug="tshwane")
    with connection.cursor() as cursor:
        cursor.execute(_copies(), [tickets - told, city.pk])
        cursor.execute("VACUUM ANALYZE")
    return city


def _copies() -> str:
    """Tickets like those that the demo tells, without their stories: elsewhere, and at other times."""
    own = {
        "id": "gen_random_uuid()",
        "reference": "'C' || number",
        "external_ref": "''",
        "latitude": "latitude + (random() - 0.5) * 0.05",
        "longitude": "longitude + (random() - 0.5) * 0.05",
        "created_at": "created_at - random() * interval '400 days'",
    }
    fields = [field for field in Ticket._meta.concrete_fields if not isinstance(field, GeneratedField)]
    names = [field.column or field.attname for field in fields]
    values = ", ".join(own.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return f"""
        WITH told AS (SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS many
                      FROM tickets_ticket WHERE duplicate_of_id IS NULL)
        INSERT INTO tickets_ticket ({columns})
        SELECT {values} FROM generate_series(1, %s) AS number
        JOIN told ON told.place = 1 + number %% told.many AND organisation_id = %s
    """  # noqa: S608


def paths(city: Organisation) -> Iterator[tuple[str, str]]:
    """Name and address of each page; the trivial one first."""
    ward = Ward.objects.of_organisation(city.pk).with_number(58).get()
    suburb = Suburb.objects.of_organisation(city.pk).by_name()[5]
    public = Ticket.objects.of_organisation(city.pk).public()
    # Not a copy: its reference could be none.
    told = public.filter(events__kind=EventKind.CREATED)
    open_one, old_one = told.unclosed().newest_first()[40], told.oldest_first()[40]
    spot = {"latitude": "-25.746", "longitude": "28.188"}
    lists: dict[str, dict[str, Any]] = {
        "plain": {},
        "closed ones too": {"status": "all"},
        "a ward": {"ward": ward.number},
        "a ward, all": {"ward": ward.number, "status": "all"},
        "a suburb": {"suburb": suburb.name},
        "a department": {"department": "water"},
        "words": {"q": "burst pipe"},
        "rare words": {"q": "geyser jacaranda"},
        "around a point": spot,
        "closed around a point": {**spot, "status": "closed"},
        "words in a ward": {"q": "water", "ward": ward.number},
    }
    yield "trivial", "/healthz"
    yield "home", "/"
    yield "find a reference", f"/find/?{urlencode({'q': open_one.reference})}"
    yield "find a suburb", f"/find/?{urlencode({'q': suburb.name})}"
    yield "find words", f"/find/?{urlencode({'q': 'burst pipe'})}"
    for name, query in lists.items():
        yield f"near by: {name}", f"/near-by/?{urlencode(query)}"
    for name in ("plain", "a ward", "around a point"):
        yield f"markers: {name}", f"/near-by/markers.json?{urlencode(lists[name])}"
    yield "feed", "/near-by/feed.rss"
    yield "feed: a ward", f"/near-by/feed.rss?ward={ward.number}"
    yield "geojson, 500 of them", "/near-by/tickets.geojson"
    yield "ticket, open", f"/t/{open_one.reference}/"
    yield "ticket, old", f"/t/{old_one.reference}/"
    yield "feed of a ticket", f"/t/{old_one.reference}/feed.rss"
    yield "report, step one", "/report/"
    yield "how we are doing", "/how-we-are-doing/"


def ask(city: Organisation, path: str, times: int) -> tuple[Taken, int]:
    """How long the page takes, after three times for what a process keeps; and its number of queries."""
    client = _client(city)
    for _time in range(3):
        answer = client.get(path)
        assert answer.status_code < 400, f"{path} answered {answer.status_code}"
    # A full log would take no more.
    connection.queries_log.clear()
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    # Counted now: each later request empties the log.
    asked = len(queries)
    taken = []
    for _time in range(times):
        began = time.perf_counter()
        client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(taken, n=20)
    return Taken(statistics.median(taken), cuts[-1]), asked


def show_plans(city: Organisation, path: str) -> None:
    """The statements of a page that take longer than two milliseconds, with what the database does."""
    with CaptureQueriesContext(connection) as queries:
        _client(city).get(path)
    for query in queries.captured_queries:
        if float(query["time"]) < 0.002 or not query["sql"].startswith("SELECT"):
            continue
        print(f"\n    {query['time']} s  {query['sql'][-900:]}")
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query['sql']}")
            for (line,) in cursor.fetchall():
                print(f"      {line[:170]}")


def _client(city: Organisation) -> Client:
    return Client(headers={"host": city.domain or "localhost"})
