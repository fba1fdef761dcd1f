"""Which verbs keep the promise to respond: work that the reporter can see, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Organisation
from tickets.actions.assignment import override_assignment
from tickets.actions.conversation import add_message
from tickets.actions.expiry import expire_due_tickets
from tickets.enums import ClockState, Promise, Status
from tickets.models import Ticket
from tickets.tests.cast import CALLS, Scene, set_scene, ticket_in
from tickets.workflow import Verb

pytestmark = pytest.mark.django_db
Row = dict[str, Any]
Act = Callable[[Ticket, Scene], Any]


def _by(who: str, verb: Verb) -> Act:
    return lambda ticket, scene: CALLS[verb](ticket, getattr(scene.cast, who), scene)


def _unpin(ticket: Ticket, scene: Scene) -> None:
    override_assignment(
        ticket, assignee=scene.cast.own_agent, reason="Knows it.", acting_user=scene.cast.department_admin
    )
    CALLS[Verb.UNPIN](ticket, scene.cast.department_admin, scene)


def _complete(ticket: Ticket, scene: Scene) -> None:
    """Where nobody is asked to confirm a fix."""
    Organisation.objects.filter(pk=ticket.organisation_id).update(verification_required=False)
    CALLS[Verb.COMPLETE](Ticket.objects.get(pk=ticket.pk), scene.cast.own_agent, scene)


def _reply(ticket: Ticket, scene: Scene) -> None:
    add_message(ticket, body="The green one.", acting_user=scene.cast.reporter)


# Verb of an open ticket -> how it is done, and how the promise to respond stands then.
OPEN: dict[str, tuple[Verb, Act, ClockState]] = {
    # The reporter sees that somebody is at work.
    "start": (Verb.START, _by("own_agent", Verb.START), ClockState.MET),
    "respond": (Verb.RESPOND, _by("own_agent", Verb.RESPOND), ClockState.MET),
    "message of an agent": (Verb.MESSAGE, _by("own_agent", Verb.MESSAGE), ClockState.MET),
    "resolve": (Verb.RESOLVE, _by("own_agent", Verb.RESOLVE), ClockState.MET),
    "reject": (Verb.REJECT, _by("own_agent", Verb.REJECT), ClockState.MET),
    "complete": (Verb.COMPLETE, _complete, ClockState.MET),
    # Nobody owes an answer any more.
    "withdraw": (Verb.WITHDRAW, _by("reporter", Verb.WITHDRAW), ClockState.CANCELLED),
    "merge": (Verb.MERGE, _by("own_agent", Verb.MERGE), ClockState.CANCELLED),
    # Who has it, where it goes and what staff say among themselves is no answer.
    "pick": (Verb.PICK, _by("own_agent", Verb.PICK), ClockState.RUNNING),
    "override": (Verb.OVERRIDE, _by("department_admin", Verb.OVERRIDE), ClockState.RUNNING),
    "unpin": (Verb.UNPIN, _unpin, ClockState.RUNNING),
    "transfer": (Verb.TRANSFER, _by("own_agent", Verb.TRANSFER), ClockState.RUNNING),
    "promote": (Verb.PROMOTE, _by("own_agent", Verb.PROMOTE), ClockState.RUNNING),
    "prioritise": (Verb.PRIORITISE, _by("own_agent", Verb.PRIORITISE), ClockState.RUNNING),
    "route": (Verb.ROUTE, _by("own_agent", Verb.ROUTE), ClockState.RUNNING),
    "plan": (Verb.PLAN, _by("own_agent", Verb.PLAN), ClockState.RUNNING),
    "edit": (Verb.EDIT, _by("own_agent", Verb.EDIT), ClockState.RUNNING),
    "note": (Verb.NOTE, _by("own_agent", Verb.NOTE), ClockState.RUNNING),
    "publish a photo": (Verb.PUBLISH_PHOTO, _by("own_agent", Verb.PUBLISH_PHOTO), ClockState.RUNNING),
    "hide a photo": (Verb.HIDE_PHOTO, _by("own_agent", Verb.HIDE_PHOTO), ClockState.RUNNING),
    "notify": (Verb.NOTIFY, _by("own_agent", Verb.NOTIFY), ClockState.RUNNING),
    # Nor is what people outside do.
    "message of the reporter": (Verb.MESSAGE, _by("reporter", Verb.MESSAGE), ClockState.RUNNING),
    "support": (Verb.SUPPORT, _by("neighbour", Verb.SUPPORT), ClockState.RUNNING),
    "follow": (Verb.FOLLOW, _by("neighbour", Verb.FOLLOW), ClockState.RUNNING),
    "ask for a call": (Verb.ASK_CALL, _by("reporter", Verb.ASK_CALL), ClockState.RUNNING),
}
# Verbs of tickets that were answered before: the promise stays as it was kept.
LATER: dict[str, tuple[Verb, Status, Act]] = {
    "reply": (Verb.REPLY, Status.RESPONDED, _reply),
    "verify": (Verb.VERIFY, Status.RESOLVED, _by("reporter", Verb.VERIFY)),
    "dispute": (Verb.DISPUTE, Status.RESOLVED, _by("reporter", Verb.DISPUTE)),
    "lapse": (Verb.LAPSE, Status.RESPONDED, lambda ticket, scene: CALLS[Verb.LAPSE](ticket, None, scene)),
    "reopen": (Verb.REOPEN, Status.CLOSED, _by("own_agent", Verb.REOPEN)),
    "respond again": (Verb.RESPOND, Status.IN_PROGRESS, _by("own_agent", Verb.RESPOND)),
}
ELSEWHERE = {Verb.UNMERGE, Verb.EXPIRE}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def scene(clock: time_machine.Traveller) -> Scene:
    return set_scene()


def response_of(ticket: Ticket) -> Row:
    """The clock of the promise to respond."""
    row: Any = ticket.clocks.for_promise(Promise.RESPOND).values().get()
    return dict(row)


def test_every_verb_is_said_to_count_or_not() -> None:
    said = {row[0] for row in OPEN.values()} | {row[0] for row in LATER.values()} | ELSEWHERE
    assert said == set(Verb)


@pytest.mark.parametrize("name", OPEN)
def test_an_open_ticket_is_answered_by_visible_work_only(
    name: str, scene: Scene, clock: time_machine.Traveller
) -> None:
    _verb, act, state = OPEN[name]
    scene.cast.own_agent.department_memberships.update(is_available=name != "pick")
    ticket = ticket_in(Status.OPEN, scene)
    before = response_of(ticket)
    clock.shift(timedelta(minutes=10))
    act(ticket, scene)
    after = response_of(ticket)
    assert (before["state"], after["state"]) == (ClockState.RUNNING, state)
    if state == ClockState.RUNNING and name not in {"prioritise", "route"}:
        assert after == before
    if state != ClockState.RUNNING:
        stopped = (after["elapsed_seconds"], after["stopped_at"], after["running_since"])
        assert stopped == (600, timezone.now(), None)


@pytest.mark.parametrize("name", LATER)
def test_a_promise_that_was_kept_stays_kept(name: str, scene: Scene, clock: time_machine.Traveller) -> None:
    _verb, status, act = LATER[name]
    ticket = ticket_in(status, scene)
    before = response_of(ticket)
    clock.shift(timedelta(hours=1))
    act(ticket, scene)
    assert (before["state"], response_of(ticket)) == (ClockState.MET, before)


def test_a_merge_that_is_undone_owes_the_answer_again(scene: Scene, clock: time_machine.Traveller) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    clock.shift(timedelta(minutes=10))
    CALLS[Verb.MERGE](ticket, scene.cast.own_agent, scene)
    clock.shift(timedelta(minutes=5))
    CALLS[Verb.UNMERGE](ticket, scene.cast.own_agent, scene)
    after = response_of(ticket)
    assert (after["state"], after["elapsed_seconds"], after["running_since"]) == (
        *(ClockState.RUNNING, 600),
        timezone.now(),
    )


def test_an_answer_after_the_time_ran_out_does_not_keep_the_promise(
    scene: Scene, clock: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    due_at = response_of(ticket)["due_at"]
    clock.shift(timedelta(days=2))
    expire_due_tickets(acting_user=None)
    late = response_of(ticket)
    assert (late["state"], late["breached_at"]) == (ClockState.BREACHED, due_at)
    CALLS[Verb.START](ticket, scene.cast.own_agent, scene)
    assert response_of(ticket) == late
