"""Tickets with people who look on, and a worker of their own. Import with DATABASE_URL set."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import ticketing.boot as boot

# isort: split
from django.core.management import call_command
from django.db import connections
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import OrganisationFactory
from departments.models import Category, Department
from departments.tests.factories import CategoryFactory, DepartmentFactory
from notifications.enums import NotificationState
from notifications.models import Attempt, Notification
from notifications.tasks import route
from ticketing.runtime.places import PROJECT_DIR
from tickets.actions.lifecycle import start_work
from tickets.enums import EventKind, Source, Status, Visibility
from tickets.models import Support, Ticket, TicketEvent

ONLOOKERS = 20
BATCH = 2_000

__all__ = ["boot", "connections"]


def migrate() -> Category:
    """An empty database, and a kind of problem."""
    call_command("migrate", verbosity=0)
    city = OrganisationFactory.create()
    department = DepartmentFactory.create(organisation=city)
    return CategoryFactory.create(department=department, is_public_space=True)


def fill(category: Category, messages: int) -> list[uuid.UUID]:
    """Work begins on tickets enough for so many mails. Returns the events, which nobody has routed."""
    people = _people(messages // 10)
    tickets = _tickets(category, messages // ONLOOKERS, people, Status.IN_PROGRESS)
    Support.objects.bulk_create(
        (
            Support(ticket=ticket, user=people[(number * ONLOOKERS + place) % len(people)])
            for number, ticket in enumerate(tickets)
            for place in range(1, ONLOOKERS)
        ),
        batch_size=BATCH,
    )
    events = [_event(ticket, position) for position, ticket in enumerate(tickets, 1)]
    TicketEvent.objects.bulk_create(events, batch_size=BATCH)
    return [event.pk for event in events]


def _people(count: int) -> list[User]:
    people = [
        User(email=f"person{number}@example.org", full_name=f"Person {number}") for number in range(count)
    ]
    return User.objects.bulk_create(people, batch_size=BATCH)


def _tickets(category: Category, count: int, people: list[User], status: Status) -> list[Ticket]:
    now, tickets = timezone.now(), []
    department: Department = category.department
    for number in range(count):
        reporter = people[number * ONLOOKERS % len(people)]
        tickets.append(
            Ticket(
                organisation=category.organisation,
                reference=f"{status[:3].upper()}{number:09}",
                title=f"Water runs down street {number}",
                category=category,
                department=department,
                status=status,
                started_at=now if status == Status.IN_PROGRESS else None,
                due_at=now + timedelta(days=2),
                source=Source.WEB,
                reporter=reporter,
                reporter_email=reporter.email or "",
                is_public=True,
            )
        )
    return Ticket.objects.bulk_create(tickets, batch_size=BATCH)


def _event(ticket: Ticket, position: int) -> TicketEvent:
    return TicketEvent(
        organisation=ticket.organisation,
        ticket=ticket,
        kind=EventKind.STARTED,
        ticket_version=1,
        occurred_at=timezone.now(),
        visibility=Visibility.PUBLIC,
        department=ticket.department,
        position=position,
        relayed_at=timezone.now(),
    )


@contextmanager
def working() -> Iterator[None]:
    """One Celery worker with two processes, as `bin/serve` starts it."""
    command = [sys.executable, "-m", "celery", "-A", "ticketing", "worker", "--concurrency", "2"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "error"]
    queues = ["-Q", "interactive,delivery,sweeps,reports"]
    worker = subprocess.Popen([*command, *queues, *quiet], cwd=PROJECT_DIR, env=os.environ)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(timeout=60)


def hand_to_worker(events: list[uuid.UUID]) -> None:
    for event in events:
        route.apply_async(kwargs={"event_id": str(event)})


def accepted() -> int:
    return Notification.objects.filter(state=NotificationState.ACCEPTED).count()


def wait_for(messages: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while accepted() < messages:
        if time.monotonic() > deadline:
            raise SystemExit(f"Only {accepted()} of {messages} messages went out in {seconds:.0f} s.")
        time.sleep(0.2)


def begin_work(category: Category, count: int, a_second: float) -> None:
    """Somebody begins work on one ticket after the other, by the action that every face calls."""
    for ticket in _tickets(category, count, _people_of_normal_running(count), Status.OPEN):
        start_work(ticket, acting_user=None)
        time.sleep(1 / a_second)


def _people_of_normal_running(count: int) -> list[User]:
    people = [
        User(email=f"reader{number}@example.org", full_name=f"Reader {number}") for number in range(count)
    ]
    return User.objects.bulk_create(people)


def delays() -> list[float]:
    """Seconds from each event to when its mail was handed over, the shortest first."""
    rows = Attempt.objects.filter(
        notification__recipient__email__startswith="reader", notification__state=NotificationState.ACCEPTED
    )
    spans = rows.annotate(span=F("ended_at") - F("notification__event__occurred_at"))
    return sorted(span.total_seconds() for span in spans.values_list("span", flat=True))
