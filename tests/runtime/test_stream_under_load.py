"""Two hundred readers, eight writers, lines that break, a broker that is restarted: nobody misses anything.

Takes minutes: bin/test -m load
"""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connections

from accounts.actions.keys import check_key
from accounts.enums import Scope
from accounts.tests.factories import UserFactory, issued_key
from common.errors import DomainError
from departments.enums import Priority
from departments.tests.factories import CategoryFactory, DepartmentFactory, staff_member
from tests.runtime.followers import Follower, follow_together
from tests.runtime.streams import Stream, running_stream
from tests.runtime.test_stream import bearer, hide
from ticketing.runtime.databases import prepare_places
from ticketing.runtime.valkey import Valkey
from tickets.actions.conversation import add_message, add_note
from tickets.actions.editing import Corrections, edit_ticket
from tickets.actions.movement import change_priority
from tickets.feed import latest_position, relay_events
from tickets.live import Wanted, may_see_event
from tickets.models import Ticket, TicketEvent
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = [pytest.mark.load, pytest.mark.django_db(transaction=True)]
READERS, WRITERS, CHANGES, TICKETS = 200, 8, 2_000, 24


@pytest.fixture
def valkey(tmp_path: Path, settings: Any) -> Iterator[Valkey]:
    """A broker that may be restarted: everybody else keeps theirs."""
    tmp_path.chmod(0o711)
    places = prepare_places(tmp_path)
    server = Valkey(places)
    server.start()
    settings.REDIS_URL = places.redis_url
    yield server
    server.stop()


@pytest.fixture
def stream(valkey: Valkey, settings: Any, transactional_db: None) -> Iterator[Stream]:
    with running_stream(REDIS_URL=settings.REDIS_URL, STREAM_HEARTBEAT_SECONDS="1") as stream:
        yield stream


def test_every_reader_gets_every_event_it_may_see_once_and_in_order(stream: Stream, valkey: Valkey) -> None:
    category = burst_pipe_category()
    city = category.organisation
    elsewhere = CategoryFactory.create(department=DepartmentFactory.create(organisation=city))
    reporter = UserFactory.create()
    agents = {
        kind.department.pk: staff_member(kind.department, capacity=500) for kind in (category, elsewhere)
    }
    tickets = [report_ticket(kind, reporter=reporter) for kind in (category, elsewhere) * (TICKETS // 2)]
    for ticket in tickets[::3]:
        hide(ticket)
    key = issued_key(city, Scope.TICKETS_READ)
    credentials: list[tuple[Any, dict[str, str]]] = [
        (AnonymousUser(), {}),
        (reporter, {"Authorization": bearer(reporter)}),
        *((agent, {"Authorization": bearer(agent)}) for agent in agents.values()),
        (check_key(key.secret), {"Authorization": f"Api-Key {key.secret}"}),
    ]
    questions = [
        ("", Wanted()),
        (f"&ticket={tickets[1].pk}", Wanted(ticket_id=tickets[1].pk)),
        (f"&department={category.department.pk}", Wanted(department_id=category.department.pk)),
    ]
    readers = []
    for number in range(READERS):
        user, headers = credentials[number % len(credentials)]
        # Where the same people read, they do not all ask the same.
        query, wanted = questions[number // len(credentials) % len(questions)]
        follower = Follower(f"?after=0{query}", headers, restlessness=0.01, seed=number)
        readers.append((follower, user, wanted))

    followers = [row[0] for row in readers]
    told = _read_while_it_happens(followers, stream.port, tickets, agents, valkey)
    assert sum(connections for _received, connections in told) > READERS
    every = list(
        TicketEvent.objects.filter(position__isnull=False)
        .select_related("ticket__department", "ticket__organisation")
        .order_by("position")
    )
    assert len(every) >= CHANGES
    wrong = [
        (number, len(received))
        for number, ((received, _), (_, user, wanted)) in enumerate(zip(told, readers, strict=True))
        if received
        != [event.position for event in every if wanted.includes(event) and may_see_event(user, event)]
    ]
    assert wrong == []
    assert min(len(received) for received, _connections in told) > 0


def _read_while_it_happens(
    followers: list[Follower], port: int, tickets: list[Ticket], agents: dict[Any, Any], valkey: Valkey
) -> list[tuple[list[int], int]]:
    """What each reader was told, and how often it connected."""
    context = multiprocessing.get_context("spawn")
    tests, readers = context.Pipe()
    process = context.Process(target=follow_together, args=(followers, port, readers), daemon=True)
    process.start()
    readers.close()
    try:
        assert _hear(tests, process) == "connected"
        tests.send(_change_everything(tickets, agents, valkey))
        told: list[tuple[list[int], int]] = _hear(tests, process)
        return told
    finally:
        process.terminate()
        process.join()


def _hear(tests: Connection, process: BaseProcess) -> Any:
    while not tests.poll(1):
        assert process.is_alive()
    return tests.recv()


def _change_everything(tickets: list[Ticket], agents: dict[Any, Any], valkey: Valkey) -> int:
    """Eight writers at once; half-way the broker is away for a second. Returns the last position."""
    half, written = threading.Event(), threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        relaying = threads.submit(_relay_until, written)
        writing = [threads.submit(_write, number, tickets, agents, half) for number in range(WRITERS)]
        try:
            half.wait()
            valkey.stop()
            time.sleep(1)
            valkey.start()
            for writer in writing:
                writer.result()
        finally:
            # Else it relays for ever, and nobody hears what went wrong.
            written.set()
        relaying.result()
    return latest_position()


def _write(number: int, tickets: list[Ticket], agents: dict[Any, Any], half: threading.Event) -> None:
    """One writer's share of the changes, of the kinds that differ in who may see them."""
    chance = random.Random(number)
    try:
        for change in range(CHANGES // WRITERS):
            _change(chance.choice(tickets), f"{number}/{change}", agents, chance)
            if change == CHANGES // WRITERS // 2:
                half.set()
    finally:
        half.set()
        connections.close_all()


def _change(ticket: Ticket, words: str, agents: dict[Any, Any], chance: random.Random) -> None:
    kind = chance.randrange(4)
    if kind == 0:
        add_note(ticket, body=words, acting_user=agents[ticket.department_id])
    elif kind == 1:
        add_message(ticket, body=words, acting_user=ticket.reporter)
    elif kind == 2:
        edit_ticket(ticket, Corrections(title=f"Burst pipe {words}"), acting_user=None)
    else:
        now = Ticket.objects.get(pk=ticket.pk).priority
        other = chance.choice([priority for priority in Priority if priority != now])
        try:
            change_priority(ticket, priority=other, reason=words, acting_user=None)
        except DomainError:
            # Another writer was quicker, and had the same thought.
            add_note(ticket, body=words, acting_user=agents[ticket.department_id])


def _relay_until(written: threading.Event) -> None:
    """What the worker does when it is woken: here again and again, through the broker's restart too."""
    try:
        while not written.wait(0.02):
            relay_events()
        relay_events()
    finally:
        connections.close_all()
