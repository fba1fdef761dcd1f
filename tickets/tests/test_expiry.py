"""Expiring in bulk: the same as one by one, however many sweeps run and however they end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.models import Category
from departments.tests.factories import staff_member
from tickets.actions.change import Change
from tickets.actions.clocks import breach_what_is_due
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import start_work
from tickets.enums import EventKind, Promise
from tickets.models import Clock, Ticket, TicketEvent
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.proof import assert_books_agree
from tickets.tests.together import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

BATCH = 4
HOUR = timedelta(hours=1)
SWEEP = f"""
import ticketing.boot
from tickets.actions.expiry import expire_due_tickets
expire_due_tickets(acting_user=None, batch={BATCH})
"""
MISSED = [EventKind.RESPONSE_LATE, EventKind.EXPIRED]


@pytest.fixture
def category() -> Category:
    category = burst_pipe_category()
    staff_member(category.department, capacity=50)
    return category


def overdue(category: Category, number: int) -> list[Ticket]:
    """Tickets that nobody has touched for three days, by any clock."""
    with time_machine.travel(timezone.now() - timedelta(days=3), tick=False) as clock:
        tickets = []
        for _ticket in range(number):
            clock.shift(1)
            tickets.append(report_ticket(category))
        return tickets


def told(tickets: list[Ticket]) -> list[list[str]]:
    """Of each ticket the missed promises that its events tell, in the order of its versions."""
    events = TicketEvent.objects.of_kind(*MISSED).order_by("ticket_version")
    return [list(events.of_ticket(ticket.pk).values_list("kind", flat=True)) for ticket in tickets]


def plain(ticket: Ticket) -> dict[str, list[dict[str, Any]]]:
    """What the breach wrote about a ticket, without keys."""
    rows: dict[str, Any] = {
        "ticket": Ticket.objects.filter(pk=ticket.pk),
        "clocks": ticket.clocks.order_by("promise"),
        "events": ticket.events.of_kind(*MISSED).order_by("ticket_version"),
    }
    own = {"id", "ticket_id", "reference", "position", "relayed_at"}
    return {
        name: [{key: value for key, value in row.items() if key not in own} for row in found.values()]
        for name, found in rows.items()
    }


def test_in_bulk_and_alone_the_same_rows_are_written(category: Category) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=3), tick=False):
        together = report_ticket(category)
        alone = report_ticket(category, reporter=together.reporter)
    with time_machine.travel(timezone.now(), tick=False), transaction.atomic():
        change = Change(Ticket.objects.for_change().get(pk=alone.pk), acting_user=None, at=timezone.now())
        breach_what_is_due(change)
        assert expire_due_tickets(acting_user=None) == 1
    assert plain(together) == plain(alone)
    assert [row["kind"] for row in plain(together)["events"]] == MISSED


def test_a_late_answer_is_no_expiry(category: Category) -> None:
    (ticket,) = overdue(category, 1)
    with time_machine.travel(ticket.created_at + timedelta(hours=5), tick=False):
        assert expire_due_tickets(acting_user=None) == 1
    late = ticket.events.get(kind=EventKind.RESPONSE_LATE)
    due_at = ticket.clocks.get(promise=Promise.RESPOND).due_at
    assert (late.occurred_at, late.actor, late.visibility, late.changes) == (due_at, None, "staff", {})
    ticket.refresh_from_db()
    assert (ticket.expired_at, ticket.status, ticket.due_at) == (None, "open", late.occurred_at + 20 * HOUR)


def test_work_that_starts_too_late_says_that_the_answer_was_late_first(category: Category) -> None:
    (ticket,) = overdue(category, 1)
    with time_machine.travel(ticket.created_at + timedelta(hours=5), tick=False):
        start_work(ticket, acting_user=None)
    kinds = ticket.events.order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-2:] == [EventKind.RESPONSE_LATE, EventKind.STARTED]


def test_batches_go_on_until_nothing_is_left(category: Category) -> None:
    tickets = overdue(category, 2 * BATCH + 1)
    assert expire_due_tickets(acting_user=None, batch=BATCH) == len(tickets)
    assert told(tickets) == [MISSED] * len(tickets)
    assert expire_due_tickets(acting_user=None, batch=BATCH) == 0
    assert_books_agree()


def test_a_bigger_batch_costs_no_more_queries(category: Category) -> None:
    costs = []
    for number in (1, 3):
        overdue(category, number)
        with CaptureQueriesContext(connection) as asked:
            assert expire_due_tickets(acting_user=None) == number
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_what_somebody_else_holds_is_left_to_them_and_does_not_keep_the_sweep_going(
    category: Category,
) -> None:
    tickets = overdue(category, 2 * BATCH)
    with held(Ticket, tickets[0].pk):
        assert expire_due_tickets(acting_user=None, batch=BATCH) == len(tickets) - 1
        assert told(tickets[:1]) == [[]]
    assert expire_due_tickets(acting_user=None, batch=BATCH) == 1
    assert told(tickets) == [MISSED] * len(tickets)


def test_two_sweeps_at_once_of_which_one_is_killed_half_way_say_everything_once(category: Category) -> None:
    tickets = overdue(category, 4 * BATCH)
    third = tickets[2 * BATCH].clocks.get(promise=Promise.RESPOND)
    with held(Clock, third.pk):
        process = sweeping()
        # Two batches are committed, the third is being written: its tickets are locked.
        backend = eventually(who_waits_for_a_lock)
        process.kill()
        assert process.wait() == -9
        assert expire_due_tickets(acting_user=None, batch=BATCH) == BATCH
        assert told(tickets) == [MISSED] * 2 * BATCH + [[]] * BATCH + [MISSED] * BATCH
    eventually(lambda: not is_there(backend))
    touched = all_at_once([partial(expire_due_tickets, acting_user=None, batch=BATCH)] * 2)
    assert sum(touched) == BATCH
    assert told(tickets) == [MISSED] * len(tickets)
    assert_books_agree()


@contextmanager
def held(model: type[Any], key: Any) -> Iterator[None]:
    """Somebody else has locked this row, over a connection of their own."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(f"SELECT FROM {model._meta.db_table} WHERE id = %s FOR UPDATE", [key])
        yield
    finally:
        other.close()


def sweeping() -> subprocess.Popen[bytes]:
    """A sweep in a process of its own, on the database of the tests."""
    own = connection.settings_dict
    where = urlencode({"host": own["HOST"], "port": own["PORT"]})
    address = f"postgresql://{own['USER']}:{own['PASSWORD']}@/{own['NAME']}?{where}"
    settings = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "ticketing.settings.test"}
    return subprocess.Popen([sys.executable, "-c", SWEEP], env=os.environ | settings)


def who_waits_for_a_lock() -> int:
    """The backend that does; 0 for nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        row = cursor.fetchone()
    return row[0] if row else 0


def is_there(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [backend])
        return cursor.fetchone() is not None


def eventually(answer: Callable[[], Any]) -> Any:
    """Ask until the answer is a yes; a minute is more than a busy machine needs."""
    deadline = time.monotonic() + 60
    while not (said := answer()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return said
