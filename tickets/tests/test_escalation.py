"""Warned before, escalated after: by timers, once each, until no work is owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import MembershipFactory
from common.errors import DomainError, NotAllowed
from departments.actions.escalation import write_ladder
from departments.enums import EscalationAudience, Priority
from departments.escalation import (
    DelaysDoNotGrow,
    EmptyLadder,
    LadderHasHoles,
    LadderTooLong,
    Step,
    UnknownAudience,
)
from departments.models import EscalationLadder, EscalationStep
from departments.tests.factories import StandardFactory, office_hours
from tickets.actions.conversation import add_message
from tickets.actions.escalation import escalate_due_tickets
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import resolve_ticket, respond
from tickets.actions.movement import change_priority
from tickets.actions.verification import dispute_resolution
from tickets.actions.warnings import warn_expiring_tickets
from tickets.enums import EventKind, Promise, Status
from tickets.models import Ticket
from tickets.tests.cast import Scene, set_scene, ticket_in
from tickets.tests.factories import report_ticket
from tickets.tests.proof import assert_books_agree

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)  # eight o'clock in Pretoria
HOUR = timedelta(hours=1)
AGENT, ADMINS, TOP = EscalationAudience.values


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def scene(travel: time_machine.Traveller) -> Scene:
    """Respond within four hours, resolve within a day, around the clock."""
    return set_scene()


def row(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def steps_of(ticket: Ticket) -> list[tuple[int, str]]:
    taken = ticket.events.filter(kind=EventKind.ESCALATED).order_by("pk")
    return [(event.data["level"], event.data["audience"]) for event in taken]


def sweep() -> int:
    expire_due_tickets(acting_user=None)
    return escalate_due_tickets(acting_user=None)


# Warnings


def test_a_promise_warns_once_when_most_of_it_is_used_up(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    travel.shift(19 * HOUR)
    assert warn_expiring_tickets(acting_user=None) == 0
    travel.shift(HOUR)
    assert [warn_expiring_tickets(acting_user=None) for _run in range(2)] == [1, 0]
    warned = ticket.events.get(kind=EventKind.EXPIRING)
    due_at = row(ticket).due_at
    assert due_at is not None
    assert (warned.visibility, warned.actor, warned.changes) == ("staff", None, {})
    assert warned.data == {"promise": "resolve", "due_at": due_at.isoformat().replace("+00:00", "Z")}
    assert_books_agree()


def test_a_new_target_warns_again_and_a_pause_does_not(scene: Scene, travel: time_machine.Traveller) -> None:
    StandardFactory.create(
        category=scene.category,
        priority=Priority.LOW,
        respond_within_seconds=3600,
        resolve_within_seconds=48 * 3600,
    )
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    travel.shift(20 * HOUR)
    assert warn_expiring_tickets(acting_user=None) == 1
    respond(ticket, message="Where?", acting_user=None)
    add_message(ticket, body="There.", acting_user=scene.cast.reporter)
    assert warn_expiring_tickets(acting_user=None) == 0
    change_priority(ticket, priority=Priority.LOW, reason="Small.", acting_user=None)
    travel.shift(20 * HOUR)
    assert [warn_expiring_tickets(acting_user=None) for _run in range(2)] == [1, 0]


def test_what_ran_out_already_is_not_warned_of(scene: Scene, travel: time_machine.Traveller) -> None:
    ticket_in(Status.OPEN, scene)
    travel.shift(30 * HOUR)
    assert warn_expiring_tickets(acting_user=None) == 0


# The ladder


def test_an_expired_ticket_goes_up_the_usual_ladder_step_by_step(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    travel.shift(24 * HOUR)
    seen = []
    for _hour in range(10):
        sweep()
        seen.append(row(ticket).escalation_level)
        travel.shift(HOUR)
    assert seen == [0, 1, 1, 1, 2, 2, 2, 2, 3, 3]
    assert steps_of(ticket) == [(1, AGENT), (2, ADMINS), (3, TOP)]
    assert (row(ticket).escalate_at, row(ticket).status) == (None, Status.IN_PROGRESS)
    assert_books_agree()


def test_steps_are_counted_in_the_hours_of_the_promise(scene: Scene, travel: time_machine.Traveller) -> None:
    office_hours(scene.department.calendar)
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    travel.shift(timedelta(days=3))
    expire_due_tickets(acting_user=None)
    # Three working days of eight hours: due on Wednesday at closing time, an hour later is Thursday.
    assert row(ticket).expired_at == MONDAY + 56 * HOUR
    assert row(ticket).escalate_at == MONDAY + 73 * HOUR


def test_where_nobody_has_the_ticket_the_first_step_is_the_admins(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = report_ticket(scene.category)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=None)
    travel.shift(25 * HOUR)
    assert sweep() == 1
    assert steps_of(ticket) == [(1, ADMINS)]


def test_while_no_work_is_owed_the_ladder_waits_and_then_goes_on_from_where_it_was(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    travel.shift(25 * HOUR)
    assert sweep() == 1
    travel.shift(HOUR)
    resolve_ticket(ticket, note="Done.", acting_user=None)
    assert (row(ticket).escalate_at, row(ticket).escalation_left_seconds) == (None, 2 * 3600)
    travel.shift(50 * HOUR)
    assert sweep() == 0
    dispute_resolution(ticket, reason="No.", acting_user=scene.cast.reporter)
    assert (row(ticket).escalate_at, row(ticket).escalation_left_seconds) == (MONDAY + 78 * HOUR, None)
    travel.shift(2 * HOUR)
    assert sweep() == 1
    assert steps_of(ticket) == [(1, AGENT), (2, ADMINS)]
    respond(ticket, message="Where?", acting_user=None)
    travel.shift(50 * HOUR)
    assert sweep() == 0


def test_an_organisation_without_accountability_escalates_nothing(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    scene.organisation.accountability_enabled = False
    scene.organisation.save()
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    travel.shift(100 * HOUR)
    assert (sweep(), row(ticket).escalate_at) == (0, None)


def test_three_escalations_cost_as_many_queries_as_one(scene: Scene, travel: time_machine.Traveller) -> None:
    costs = []
    for number in (1, 3):
        for _ticket in range(number):
            ticket_in(Status.IN_PROGRESS, scene)
        travel.shift(25 * HOUR)
        expire_due_tickets(acting_user=None)
        with CaptureQueriesContext(connection) as asked:
            escalate_due_tickets(acting_user=None)
        costs.append(len(asked))
        travel.shift(100 * HOUR)
        for _step in range(3):
            escalate_due_tickets(acting_user=None)
    assert costs[0] == costs[1]


def test_a_departments_own_ladder_comes_before_the_organisations_and_holds_at_once(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    admin = scene.cast.organisation_admin
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    write_ladder(scene.organisation, steps=[Step(1, TOP, 0)], acting_user=admin)
    write_ladder(
        scene.organisation,
        department=scene.department,
        steps=[Step(1, ADMINS, 0), Step(2, TOP, 60)],
        acting_user=scene.cast.department_admin,
    )
    travel.shift(24 * HOUR)
    assert sweep() == 1
    assert steps_of(ticket) == [(1, ADMINS)]
    write_ladder(
        scene.organisation, department=scene.department, steps=[Step(1, ADMINS, 0)], acting_user=admin
    )
    travel.shift(HOUR)
    assert (sweep(), row(ticket).escalate_at) == (0, None)
    versions = EscalationLadder.objects.of(scene.organisation.pk, scene.department.pk).order_by("version")
    assert [(ladder.version, ladder.retired_at is None) for ladder in versions] == [(1, False), (2, True)]


@pytest.mark.parametrize(
    ("steps", "refusal"),
    [
        ([], EmptyLadder),
        ([Step(1, AGENT, 0), Step(3, TOP, 60)], LadderHasHoles),
        ([Step(0, AGENT, 0), Step(1, TOP, 60)], LadderHasHoles),
        ([Step(1, AGENT, 0), Step(1, TOP, 60)], LadderHasHoles),
        ([Step(1, AGENT, 60), Step(2, TOP, 60)], DelaysDoNotGrow),
        ([Step(1, AGENT, 60), Step(2, TOP, 30)], DelaysDoNotGrow),
        ([Step(1, AGENT, -1)], DelaysDoNotGrow),
        ([Step(1, AGENT, 400 * 24 * 3600)], DelaysDoNotGrow),
        ([Step(1, "mayor", 0)], UnknownAudience),
        ([Step(number, AGENT, number) for number in range(1, 12)], LadderTooLong),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused_and_the_one_before_stays(
    scene: Scene, steps: list[Step], refusal: type[DomainError]
) -> None:
    admin = scene.cast.organisation_admin
    write_ladder(scene.organisation, steps=[Step(1, TOP, 0)], acting_user=admin)
    before = everything()
    with pytest.raises(refusal) as caught:
        write_ladder(scene.organisation, steps=steps, acting_user=admin)
    assert (type(caught.value), everything()) == (refusal, before)


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (EscalationLadder, EscalationStep)]


def test_only_who_answers_for_it_writes_a_ladder(scene: Scene) -> None:
    cast = scene.cast
    foreign = MembershipFactory.create(role=Role.ORGANISATION_ADMIN).user
    for person in (cast.own_agent, cast.auditor, cast.department_admin, foreign):
        with pytest.raises(NotAllowed):
            write_ladder(scene.organisation, steps=[Step(1, TOP, 0)], acting_user=person)
    with pytest.raises(NotAllowed):
        write_ladder(
            scene.organisation,
            department=scene.department,
            steps=[Step(1, TOP, 0)],
            acting_user=cast.other_department_admin,
        )
    assert everything() == [[], []]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"position": 0}, "escalationstep_position_is_on_the_ladder"),
        ({"audience": "mayor"}, "escalationstep_audience_is_known"),
        ({"delay_seconds": 366 * 24 * 3600}, "escalationstep_delay_is_bounded"),
    ],
)
def test_the_database_refuses_it_too(scene: Scene, fields: dict[str, Any], name: str) -> None:
    ladder = write_ladder(
        scene.organisation, steps=[Step(1, TOP, 0)], acting_user=scene.cast.organisation_admin
    )
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        EscalationStep.objects.filter(ladder=ladder).update(**fields)


def test_only_what_expired_has_a_timer_for_it(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    with pytest.raises(IntegrityError, match="ticket_only_expired_ones_escalate"), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(escalate_at=MONDAY)
    assert ticket.clocks.get(promise=Promise.RESOLVE).warned_at is None


# The console


def test_the_console_says_how_far_up_a_ticket_is_and_lists_those_that_are(
    scene: Scene, travel: time_machine.Traveller, client: Client
) -> None:
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    page, listed = reverse("admin:tickets_ticket_change", args=[ticket.pk]), "/console/tickets/ticket/"
    travel.shift(24 * HOUR)
    sweep()
    client.force_login(scene.cast.department_admin)
    assert "Escalated, step" not in client.get(page).content.decode()
    travel.shift(HOUR)
    sweep()
    quiet = report_ticket(scene.category)
    assert "Escalated, step 1" in client.get(page).content.decode()
    found = client.get(listed, {"time": "escalated"}).content.decode()
    assert (ticket.reference in found, quiet.reference in found) == (True, False)
    assert "Escalated, step 1" in found
    resolve_ticket(row(ticket), note="Done.", acting_user=None)
    assert "Escalated, step" not in client.get(page).content.decode()
