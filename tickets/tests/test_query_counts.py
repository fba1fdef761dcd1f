"""What each action costs in queries, as literal numbers, so that growth is noticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from departments.models.calendar import hours_of
from departments.tests.factories import WardFactory, office_hours, staff_member
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.intake import Place, Report, Reporter, create_ticket
from tickets.enums import ClockState, Source, Status
from tickets.models import Clock, Ticket
from tickets.tests.cast import CALLS, Scene, set_scene, ticket_in
from tickets.workflow import WORKFLOW, Verb

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def queries_of(act: Callable[[], Any]) -> list[str]:
    """The statements of an action, without savepoints."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]


COSTS = {
    Verb.START: 7,
    Verb.RESPOND: 13,
    Verb.RESOLVE: 13,
    Verb.VERIFY: 10,
    # With whether the promise changed while its clock stood still.
    Verb.DISPUTE: 12,
    Verb.LAPSE: 8,
    Verb.COMPLETE: 12,
    Verb.REJECT: 12,
    Verb.REOPEN: 10,
    Verb.WITHDRAW: 12,
    Verb.PICK: 10,
    Verb.OVERRIDE: 10,
    Verb.UNPIN: 4,
    Verb.TRANSFER: 15,
    Verb.PROMOTE: 9,
    Verb.PRIORITISE: 10,
    Verb.ROUTE: 17,
    Verb.EDIT: 4,
    Verb.PLAN: 4,
    Verb.MESSAGE: 10,
    Verb.NOTE: 5,
    # One that is public already.
    Verb.PUBLISH_PHOTO: 4,
    Verb.HIDE_PHOTO: 7,
    # One looks for what was said by the same contact without an account, here and in merges.
    Verb.SUPPORT: 8,
    Verb.FOLLOW: 7,
    Verb.ASK_CALL: 7,
    Verb.NOTIFY: 7,
    Verb.MERGE: 25,
    Verb.UNMERGE: 31,
}


def test_every_verb_has_its_price() -> None:
    assert set(COSTS) == set(CALLS)


@pytest.mark.parametrize("verb", list(CALLS))
def test_a_change_costs_so_many_queries(verb: Verb, scene: Scene) -> None:
    status = next(status for status in Status if status in WORKFLOW[verb].sources)
    ticket = Ticket.objects.get(pk=ticket_in(status, scene).pk)
    if verb is Verb.PICK:
        Ticket.objects.filter(pk=ticket.pk).update(assignee=None)
    if verb in {Verb.MERGE, Verb.UNMERGE}:
        ticket_in(Status.OPEN, scene)
    if verb is Verb.UNMERGE:
        ticket = CALLS[Verb.MERGE](ticket_in(Status.OPEN, scene), None, scene)
    if verb is Verb.UNPIN:
        Ticket.objects.filter(pk=ticket.pk).update(is_pinned=True)
    if verb is Verb.COMPLETE:
        scene.organisation.verification_required = False
        scene.organisation.save(update_fields=["verification_required"])
    person = {
        Verb.PICK: scene.cast.own_agent,
        Verb.ASK_CALL: scene.cast.reporter,
        Verb.SUPPORT: scene.cast.neighbour,
        Verb.FOLLOW: scene.cast.neighbour,
    }.get(verb)
    queries = queries_of(lambda: CALLS[verb](ticket, person, scene))
    assert len(queries) == COSTS[verb], "\n".join(queries)


@pytest.mark.parametrize("number_of_agents", [1, 3])
def test_a_report_costs_sixteen_queries_however_many_could_take_it(
    number_of_agents: int, scene: Scene
) -> None:
    WardFactory.create(organisation=scene.organisation, latitude=-25.7, longitude=28.2)
    for _agent in range(number_of_agents - 1):
        staff_member(scene.department)
    report = Report(title="Burst pipe", category=scene.category, place=Place(-25.71, 28.21), tags=["leak"])

    def log() -> Ticket:
        return create_ticket(
            scene.organisation,
            report,
            reporter=Reporter(user=scene.cast.reporter),
            source=Source.WEB,
            acting_user=scene.cast.reporter,
        )

    # The first one reads the ward shapes and the reporter's roles, which are kept.
    log()
    queries = queries_of(log)
    assert len(queries) == 16, "\n".join(queries)


def test_office_hours_are_read_once_for_both_promises_and_then_kept(scene: Scene) -> None:
    office_hours(scene.department.calendar)
    hours_of.cache_clear()

    def reads() -> int:
        queries = queries_of(lambda: ticket_in(Status.OPEN, scene))
        return len([sql for sql in queries if 'FROM "departments_workinginterval"' in sql])

    assert [reads(), reads()] == [1, 0]


@pytest.mark.parametrize("number", [1, 3])
def test_a_sweep_costs_the_same_however_many_tickets_ran_out(number: int, scene: Scene) -> None:
    tickets = [ticket_in(Status.OPEN, scene) for _ticket in range(number)]
    Clock.objects.filter(promise="resolve").update(due_at=tickets[0].created_at)
    queries = queries_of(lambda: expire_due_tickets(acting_user=None))
    # Find, lock, read clocks, organisation and ladders; write clocks, tickets and events; find again.
    assert len(queries) == 9, "\n".join(queries)
    assert Clock.objects.filter(state=ClockState.BREACHED).count() == number
