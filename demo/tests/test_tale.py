"""The demo repeats the rules of the actions: told or acted, the same life leaves the same rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.db.models import F, Model

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import MembershipFactory, UserFactory
from demo.seed.drafts import ticket_row
from demo.seed.ledger import Ledger
from demo.seed.tale import Tale
from demo.seed.words import Wording
from demo.seed.world import Resident, World, read_world
from departments.models import Calendar, CalendarException, Category, WorkingInterval
from departments.tests.factories import DepartmentFactory, DepartmentMemberFactory, StageFactory
from tickets.actions.assignment import override_assignment
from tickets.actions.conversation import add_message, add_note
from tickets.actions.escalation import escalate_due_tickets
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import (
    close_unanswered,
    reject_ticket,
    resolve_ticket,
    respond,
    start_work,
    withdraw_ticket,
)
from tickets.actions.movement import promote_ticket, transfer_ticket
from tickets.actions.support import support_ticket
from tickets.actions.verification import dispute_resolution, verify_resolution
from tickets.actions.warnings import warn_expiring_tickets
from tickets.enums import EventKind, Source
from tickets.models import Clock, Custody, Message, Support, Ticket, TicketEvent, Verification
from tickets.tests.factories import burst_pipe_category
from tickets.verification import code_for

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 3, 19, 6, 10, tzinfo=UTC)
END = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
# Made anew each time, or counted by the whole installation.
_KEYS = {"id", "reference", "ticket_id", "update_key", "position", "relayed_at", "search"}


@dataclass
class Cast:
    category: Category
    other: Any
    resident: User
    supporter: User
    agent: User
    second: User
    admin: User
    world: World


@pytest.fixture
def cast() -> Cast:
    """A department that works in office hours, another one, and everybody who can do something."""
    category = burst_pipe_category()
    organisation = category.organisation
    calendar = Calendar.objects.create(organisation=organisation, name="Office hours")
    WorkingInterval.objects.bulk_create(
        WorkingInterval(calendar=calendar, weekday=day, starts_minute=450, ends_minute=960)
        for day in range(5)
    )
    CalendarException.objects.create(calendar=calendar, date=date(2026, 3, 23), name="Holiday")
    department = category.department
    department.calendar = calendar
    department.save()
    for name in ("Received", "Repair"):
        StageFactory.create(department=department, name=name)
    other = DepartmentFactory.create(organisation=organisation, name="Roads", calendar=calendar)
    resident, supporter, agent, second, admin = (UserFactory.create() for _person in range(5))
    for user in (agent, second):
        MembershipFactory.create(organisation=organisation, user=user, role=Role.AGENT)
    MembershipFactory.create(organisation=organisation, user=admin, role=Role.DEPARTMENT_ADMIN)
    # One who is free and one who is not, so that it is known whom a ticket goes to.
    DepartmentMemberFactory.create(department=department, user=agent)
    DepartmentMemberFactory.create(department=department, user=second, is_available=False)
    DepartmentMemberFactory.create(department=department, user=admin, is_available=False)
    DepartmentMemberFactory.create(department=other, user=agent)
    world = read_world(organisation, [resident], now=END, people={})
    return Cast(category, other, resident, supporter, agent, second, admin, world)


class Acted:
    """A life by the real actions, at the moments given."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        with time_machine.travel(BEGIN, tick=False):
            self.ticket = create_ticket(
                cast.category.organisation,
                Report(title="Burst pipe", description="Water everywhere", category=cast.category),
                reporter=Reporter(user=cast.resident),
                source=Source.WEB,
                acting_user=cast.resident,
            )

    def at(self, after: timedelta, action: Callable[..., Any], **arguments: Any) -> None:
        run_timers(until=BEGIN + after)
        with time_machine.travel(BEGIN + after, tick=False):
            action(Ticket.objects.get(pk=self.ticket.pk), **arguments)

    def code(self) -> str:
        return code_for(Verification.objects.get(ticket=self.ticket, state="pending"))


def begin(cast: Cast) -> Tale:
    category = cast.world.categories[cast.category.code]
    resident = Resident(cast.resident.pk, cast.resident.full_name, cast.resident.email or "", "", "en")
    row = ticket_row(
        cast.world,
        Wording("Burst pipe", "Water everywhere", ""),
        key=Ticket().pk,
        reference="ZZZ-222-222",
        category=category,
        source=Source.WEB,
        contact=resident,
        created_at=BEGIN,
    ) | {"reporter_id": resident.id, "is_public": category.is_public}
    tale = Tale(
        cast.world,
        Random(1),
        ticket=row,
        department=category.department,
        category=category,
        region_id=None,
        reporter=resident,
    )
    tale.open(actor=resident.id)
    tale.assign(BEGIN, member(cast, cast.agent))
    return tale


def member(cast: Cast, user: User, department: str | None = None) -> Any:
    code = department or cast.category.department.code
    return next(it for it in cast.world.departments[code].members if it.user_id == user.pk)


def rows_of(ticket_id: Any) -> dict[str, Any]:
    """Everything written about a ticket, without keys."""
    orders: dict[type[Model], str] = {
        Ticket: "pk",
        TicketEvent: "ticket_version",
        Clock: "promise",
        Custody: "pk",
        Message: "pk",
        Support: "pk",
        Verification: "issued_at",
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for model, order in orders.items():
        of_ticket = {"pk" if model is Ticket else "ticket": ticket_id}
        rows: Any = model._default_manager.filter(**of_ticket).order_by(order).values()
        found[model.__name__] = [_plain(row) for row in rows]
    return found


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in row.items() if name not in _KEYS}
    if "changes" in plain:
        # Whose action led to an assignment is the actions' affair; the demo's are the system's.
        if plain["kind"] in {EventKind.ASSIGNED, EventKind.QUEUED}:
            plain["actor_id"] = None
        plain["changes"] = {field: _without_times(values) for field, values in plain["changes"].items()}
        plain["data"] = {key: value for key, value in plain["data"].items() if key != "message"}
    return plain


def _without_times(values: list[Any]) -> list[Any]:
    """Two ways of writing the same moment are the same."""
    return [
        datetime.fromisoformat(value) if isinstance(value, str) and value[:3] == "202" else value
        for value in values
    ]


def differences(told: dict[str, Any], lived: dict[str, Any]) -> list[str]:
    """What differs, in a form that can be read."""
    found = []
    for name, rows in lived.items():
        if len(rows) != len(told[name]):
            found.append(f"{name}: told {len(told[name])} rows, lived {len(rows)}")
        for place, (other, row) in enumerate(zip(told[name], rows, strict=False)):
            found += [
                f"{name} {place} {key}: told {other[key]!r}, lived {value!r}"
                for key, value in row.items()
                if other[key] != value
            ]
    return found


HOUR = timedelta(hours=1)


def confirmed(acted: Acted, tale: Tale, cast: Cast) -> None:
    """Started, talked about, moved on, resolved, disputed, late, resolved again, confirmed."""
    acted.at(2 * HOUR, start_work, acting_user=cast.agent)
    tale.start(BEGIN + 2 * HOUR)
    acted.at(3 * HOUR, support_ticket, acting_user=cast.supporter)
    tale.later(BEGIN + 3 * HOUR, lambda at: tale.support(at, cast.supporter.pk))
    acted.at(4 * HOUR, add_message, body="We are there.", acting_user=cast.agent, source=Source.CONSOLE)
    tale.advance(BEGIN + 4 * HOUR)
    tale.message(BEGIN + 4 * HOUR, "We are there.", author=cast.agent.pk, from_staff=True)
    acted.at(5 * HOUR, add_note, body="Valve 3 closed.", acting_user=cast.agent)
    tale.advance(BEGIN + 5 * HOUR)
    tale.note(BEGIN + 5 * HOUR, "Valve 3 closed.", author=cast.agent.pk)
    acted.at(6 * HOUR, promote_ticket, note="Inspected.", acting_user=cast.agent)
    tale.promote(BEGIN + 6 * HOUR, note="Inspected.")
    acted.at(9 * HOUR, resolve_ticket, note="Clamped.", acting_user=cast.agent)
    tale.resolve(BEGIN + 9 * HOUR, note="Clamped.")
    acted.at(30 * HOUR, dispute_resolution, reason="It leaks again.", acting_user=cast.resident)
    tale.dispute(BEGIN + 30 * HOUR, reason="It leaks again.")
    acted.at(130 * HOUR, resolve_ticket, note="New pipe.", acting_user=cast.agent)
    tale.resolve(BEGIN + 130 * HOUR, note="New pipe.")
    acted.at(140 * HOUR, verify_resolution, code=acted.code(), acting_user=cast.resident)
    tale.verify(BEGIN + 140 * HOUR)


def moved(acted: Acted, tale: Tale, cast: Cast) -> None:
    """Overridden, started too late, transferred over a weekend and a holiday, never confirmed."""
    acted.at(1 * HOUR, override_assignment, assignee=cast.second, reason="Knows it.", acting_user=cast.admin)
    second = member(cast, cast.second)
    tale.override(BEGIN + 1 * HOUR, second, reason="Knows it.", actor=cast.admin.pk)
    acted.at(7 * HOUR, start_work, acting_user=cast.second)
    tale.start(BEGIN + 7 * HOUR)
    acted.at(28 * HOUR, transfer_ticket, department=cast.other, reason="Road.", acting_user=cast.second)
    tale.transfer(BEGIN + 28 * HOUR, cast.world.departments[cast.other.code], reason="Road.")
    tale.assign(BEGIN + 28 * HOUR, member(cast, cast.agent, cast.other.code))
    acted.at(125 * HOUR, resolve_ticket, note="Filled.", acting_user=cast.agent)
    tale.resolve(BEGIN + 125 * HOUR, note="Filled.")
    acted.at((125 + 7 * 24) * HOUR, close_unanswered, acting_user=None)
    tale.lapse(BEGIN + (125 + 7 * 24) * HOUR)


def asked(acted: Acted, tale: Tale, cast: Cast) -> None:
    """A question, an answer, a second question that nobody answers."""
    acted.at(1 * HOUR, respond, message="Which house?", acting_user=cast.agent)
    tale.respond(BEGIN + 1 * HOUR, question="Which house?")
    acted.at(50 * HOUR, add_message, body="Number 12.", acting_user=cast.resident)
    tale.reply(BEGIN + 50 * HOUR, body="Number 12.")
    acted.at(51 * HOUR, respond, message="Which street?", acting_user=cast.agent)
    tale.respond(BEGIN + 51 * HOUR, question="Which street?")
    acted.at((51 + 30 * 24) * HOUR, close_unanswered, acting_user=None)
    tale.lapse(BEGIN + (51 + 30 * 24) * HOUR)


def rejected(acted: Acted, tale: Tale, cast: Cast) -> None:
    """Not ours."""
    acted.at(26 * HOUR, reject_ticket, reason="Private pipe.", acting_user=cast.agent)
    tale.reject(BEGIN + 26 * HOUR, reason="Private pipe.")


def withdrawn(acted: Acted, tale: Tale, cast: Cast) -> None:
    """Came right by itself."""
    acted.at(2 * HOUR, withdraw_ticket, reason="It stopped.", acting_user=cast.resident)
    tale.withdraw(BEGIN + 2 * HOUR, reason="It stopped.")


def late(acted: Acted, tale: Tale, cast: Cast) -> None:
    """Nobody does anything."""
    run_timers(until=END)


def run_timers(*, until: datetime) -> None:
    """Let the sweeps come at the very moment of every timer."""
    while timers := [moment for moment in next_timers() if moment <= until]:
        with time_machine.travel(min(timers), tick=False):
            expire_due_tickets(acting_user=None)
            warn_expiring_tickets(acting_user=None)
            escalate_due_tickets(acting_user=None)


def next_timers() -> list[datetime]:
    running = Clock.objects.running()
    timers = [
        *running.values_list("due_at", flat=True),
        *running.filter(warned_at=None, warn_at__lt=F("due_at")).values_list("warn_at", flat=True),
        *Ticket.objects.filter(escalate_at__isnull=False).values_list("escalate_at", flat=True),
    ]
    return [moment for moment in timers if moment is not None]


@pytest.mark.parametrize("life", [confirmed, moved, asked, rejected, withdrawn, late])
def test_a_told_life_leaves_the_same_rows_as_an_acted_one(
    life: Callable[[Acted, Tale, Cast], None], cast: Cast
) -> None:
    acted, tale = Acted(cast), begin(cast)
    life(acted, tale, cast)
    tale.finish()
    ledger = Ledger()
    ledger.write([tale], until=BEGIN)
    ledger.close(END)
    assert differences(rows_of(tale.ticket["id"]), rows_of(acted.ticket.pk)) == []
