"""Tickets whose promises have run out unnoticed, in bulk. Import with DATABASE_URL set."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import ticketing.boot as boot

# isort: split
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, F
from django.utils import timezone

from accounts.models import User
from departments.models import Category
from departments.tests.factories import office_hours, staff_member
from tickets.enums import ClockState, EventKind, Promise, Source, Visibility
from tickets.feed import relay_events
from tickets.models import Clock, Custody, Ticket, TicketEvent
from tickets.tests.factories import burst_pipe_category
from tickets.workflow import WARN_AT_SHARE

CATEGORIES = 4
BLOCK = 5000
HOUR = 3600

__all__ = ["answers", "boot", "expected", "fill", "relay"]


class _Kind:
    """One kind of problem, with what its tickets share; every second kind keeps office hours."""

    def __init__(self, number: int) -> None:
        self.category: Category = burst_pipe_category()
        self.department = self.category.department
        self.agent: User = staff_member(self.department)
        if number % 2:
            office_hours(self.department.calendar)
        self.hours = self.department.calendar.working_calendar()

    def ticket(self, number: int) -> Ticket:
        created_at = timezone.now() - timedelta(days=20, seconds=number)
        return Ticket(
            organisation=self.category.organisation,
            department=self.department,
            category=self.category,
            assignee=self.agent,
            reference=f"T-{number}",
            title="Burst pipe in Church Street",
            description="Water is running down the street since this morning. " * 4,
            source=Source.API,
            created_at=created_at,
            due_at=self.hours.add(created_at, 24 * HOUR),
        )

    def clock(self, ticket: Ticket, promise: Promise, hours: int) -> Clock:
        return Clock(
            ticket=ticket,
            promise=promise,
            calendar=self.department.calendar,
            target_seconds=hours * HOUR,
            started_at=ticket.created_at,
            running_since=ticket.created_at,
            due_at=self.hours.add(ticket.created_at, hours * HOUR),
            warn_at=self.hours.add(ticket.created_at, hours * HOUR * WARN_AT_SHARE),
        )


def fill(tickets: int) -> None:
    """Migrate, and make tickets as intake does: assigned, with clocks, custody and first events."""
    call_command("migrate", verbosity=0)
    kinds = [_Kind(number) for number in range(CATEGORIES)]
    for start in range(0, tickets, BLOCK):
        _write(kinds, range(start, min(start + BLOCK, tickets)))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _write(kinds: list[_Kind], numbers: range) -> None:
    """Every second ticket was answered in time."""
    told = [(kind, kind.ticket(number)) for number in numbers for kind in [kinds[number % CATEGORIES]]]
    Ticket.objects.bulk_create(ticket for _kind, ticket in told)
    Clock.objects.bulk_create(kind.clock(ticket, Promise.RESOLVE, 24) for kind, ticket in told)
    Clock.objects.bulk_create(kind.clock(ticket, Promise.RESPOND, 4) for kind, ticket in told[::2])
    Custody.objects.bulk_create(
        Custody(ticket=ticket, department=kind.department, assignee=kind.agent, started_at=ticket.created_at)
        for kind, ticket in told
    )
    TicketEvent.objects.bulk_create(
        _reported(number, kind, ticket) for number, (kind, ticket) in zip(numbers, told, strict=True)
    )


def _reported(number: int, kind: _Kind, ticket: Ticket) -> TicketEvent:
    at: datetime = ticket.created_at
    return TicketEvent(
        organisation=ticket.organisation,
        ticket=ticket,
        kind=EventKind.CREATED,
        visibility=Visibility.PUBLIC,
        department=kind.department,
        assignee=kind.agent,
        ticket_version=1,
        occurred_at=at,
        relayed_at=at,
        position=number + 1,
    )


def expected(tickets: int) -> dict[str, Any]:
    half = (tickets + 1) // 2
    return {
        "events": {EventKind.EXPIRED.value: tickets, EventKind.RESPONSE_LATE.value: half},
        "expired": tickets,
        "breached": tickets + half,
        "versions": {2: tickets - half, 3: half},
    }


def answers() -> dict[str, Any]:
    """What the sweeps have left."""
    kinds = TicketEvent.objects.exclude(kind=EventKind.CREATED).values_list("kind")
    clocks = Clock.objects.filter(state=ClockState.BREACHED, breached_at=F("due_at"))
    return {
        "events": dict(kinds.annotate(Count("pk"))),
        "expired": Ticket.objects.filter(expired_at=F("due_at")).count(),
        "breached": clocks.count(),
        "versions": dict(Ticket.objects.values_list("version").annotate(Count("pk"))),
    }


def relay() -> int:
    return relay_events()
