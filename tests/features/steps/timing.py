"""When a promise is due, and what stops its clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import time_machine
from pytest_bdd import given, parsers, then, when

from departments.models import Calendar, CalendarException
from departments.tests.factories import office_hours
from tests.features.steps.verifying import sweep
from tests.features.world import World
from tickets.actions.conversation import add_message
from tickets.actions.lifecycle import respond
from tickets.actions.warnings import warn_expiring_tickets


def local(world: World, day: str, at: str) -> datetime:
    zone = ZoneInfo(world.city.time_zone)
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(at), tzinfo=zone)


def calendar_of(world: World, department: str) -> Calendar:
    return world.department(department).calendar


def minutes(clock: str) -> int:
    parsed = time.fromisoformat(clock)
    return parsed.hour * 60 + parsed.minute


def remember_due_time(world: World) -> datetime:
    due_at = world.ticket.due_at
    assert due_at is not None
    world.typed["due_at"] = due_at.isoformat()
    return due_at


@given(parsers.parse("{department} works on weekdays from 08:00 to 16:00"))
def works_on_weekdays(world: World, department: str) -> None:
    office_hours(calendar_of(world, department))


@given(parsers.re(r"(?P<day>\d{4}-\d\d-\d\d) is a holiday at (?P<department>.+)"))
def is_a_holiday(world: World, day: str, department: str) -> None:
    CalendarException.objects.create(
        calendar=calendar_of(world, department), date=date.fromisoformat(day), name="Freedom Day"
    )


@given(parsers.parse("{department} works on {day} from {begins} to {ends} only"))
def works_less(world: World, department: str, day: str, begins: str, ends: str) -> None:
    CalendarException.objects.create(
        calendar=calendar_of(world, department),
        date=date.fromisoformat(day),
        name="Stocktaking",
        starts_minute=minutes(begins),
        ends_minute=minutes(ends),
    )


@when(parsers.parse('{name} reports "{title}" on {day} at {at}'))
def reports_at(world: World, name: str, title: str, day: str, at: str) -> None:
    with time_machine.travel(local(world, day, at), tick=False):
        world.log(name, title)


@then(parsers.re(r"the ticket is due on (?P<day>\S+) at (?P<at>\S+)"))
def is_due(world: World, day: str, at: str) -> None:
    assert world.ticket.due_at == local(world, day, at)


@when(parsers.parse('{agent} asks "{question}" and {name} answers "{answer}" {hours:d} hours later'))
def asks(world: World, agent: str, question: str, name: str, answer: str, hours: int) -> None:
    remember_due_time(world)
    # Clocks count whole seconds.
    asked_at = world.ticket.created_at + timedelta(hours=1)
    with time_machine.travel(asked_at, tick=False):
        respond(world.ticket, message=question, acting_user=world.people[agent])
    with time_machine.travel(asked_at + timedelta(hours=hours), tick=False):
        add_message(world.ticket, body=answer, acting_user=world.people[name])


@then(parsers.parse("the ticket is due {hours:d} hours later than was promised"))
def is_due_later(world: World, hours: int) -> None:
    due_at = world.ticket.due_at
    assert due_at is not None
    promised = datetime.fromisoformat(world.typed["due_at"])
    assert due_at - promised == timedelta(hours=hours)


@when(parsers.parse("{hours:d} hours of the promised time have passed"))
def hours_have_passed(world: World, hours: int) -> None:
    with time_machine.travel(world.ticket.created_at + timedelta(hours=hours, minutes=1), tick=False):
        warn_expiring_tickets(acting_user=None)


@when(parsers.parse("nobody looks until {days:d} days after the promised time"))
def nobody_looks(world: World, days: int) -> None:
    due_at = remember_due_time(world)
    with time_machine.travel(due_at + timedelta(days=days), tick=False):
        sweep()
