"""A public ticket on which something happens again and again. Import with DATABASE_URL set."""

from __future__ import annotations

import time

import ticketing.boot as boot

# isort: split
from django.core.management import call_command
from django.db import connections

from departments.enums import Priority
from tickets.actions.editing import Corrections, edit_ticket
from tickets.actions.movement import change_priority
from tickets.feed import latest_position
from tickets.models import Ticket, TicketEvent
from tickets.tests.factories import burst_pipe_category, report_ticket

__all__ = ["boot", "change", "connections", "fill", "is_relayed", "positions"]


def fill() -> Ticket:
    """Migrate, and report one ticket."""
    call_command("migrate", verbosity=0)
    return report_ticket(burst_pipe_category(), title="Burst pipe")


def is_relayed() -> bool:
    """Whether the worker is up: what there is has its place in the feed."""
    edit_ticket(Ticket.objects.get(), Corrections(title=f"Burst pipe {latest_position()}"), acting_user=None)
    return latest_position() > 0


def change(ticket: Ticket, number: int) -> int:
    """One change that everybody may see, committed when this returns. Returns the version with it."""
    priority = Priority.HIGH if number % 2 else Priority.LOW
    changed = change_priority(ticket, priority=priority, reason="Rain.", acting_user=None)
    return changed.version


def positions(ticket: Ticket, versions: list[int]) -> list[int]:
    """Where the changes with these versions stand in the feed; waits for the worker to give out places."""
    while TicketEvent.objects.filter(position=None).exists():
        time.sleep(0.1)
    events = ticket.events.filter(ticket_version__in=versions)
    found = {event.ticket_version: event.position or 0 for event in events}
    return [found[version] for version in versions]
