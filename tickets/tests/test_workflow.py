"""The table of the lifecycle, held against every action: what status or role do not admit is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from common.errors import DomainError, InvalidInput, NotAllowed, NotFound, StaleVersion
from departments.enums import Priority
from tickets.actions.assignment import AlreadyPicked, NotAMember, NotPinned, override_assignment
from tickets.actions.lifecycle import (
    AlreadyWithdrawn,
    ReopenRefused,
    VerificationRequired,
    reject_ticket,
    reopen_ticket,
    resolve_ticket,
    respond,
    start_work,
    withdraw_ticket,
)
from tickets.actions.merging import NotMerged
from tickets.actions.movement import change_priority, promote_ticket, transfer_ticket
from tickets.actions.support import OwnTicket
from tickets.actions.verification import NothingToVerify, dispute_resolution
from tickets.enums import Status
from tickets.permissions import can_use, possible_verbs
from tickets.tests.cast import CALLS, Scene, set_scene, ticket_in
from tickets.tests.proof import everything_about, refused
from tickets.workflow import WORKFLOW, NoteRequired, TransitionNotAllowed, Verb

pytestmark = pytest.mark.django_db

WORKERS = {"own_agent", "department_admin", "organisation_admin", "operator"}
MOVERS = WORKERS | {"call_centre"}
EVERYBODY_SIGNED_IN = MOVERS | {
    "other_agent",
    "other_department_admin",
    "auditor",
    "foreign_admin",
    "reporter",
    "neighbour",
}
# Who may do what to an open, public ticket of the department, as product.md has it.
MAY: dict[Verb, set[str]] = {
    **dict.fromkeys([Verb.START, Verb.RESPOND, Verb.RESOLVE, Verb.COMPLETE, Verb.REJECT], WORKERS),
    **dict.fromkeys([Verb.REOPEN, Verb.PICK, Verb.EDIT, Verb.PLAN], WORKERS),
    **dict.fromkeys(
        [Verb.TRANSFER, Verb.PROMOTE, Verb.PRIORITISE, Verb.ROUTE, Verb.NOTE, Verb.NOTIFY], MOVERS
    ),
    **dict.fromkeys([Verb.MERGE, Verb.UNMERGE, Verb.PUBLISH_PHOTO, Verb.HIDE_PHOTO], MOVERS),
    Verb.MESSAGE: MOVERS | {"reporter"},
    Verb.OVERRIDE: WORKERS - {"own_agent"},
    Verb.UNPIN: WORKERS - {"own_agent"},
    Verb.WITHDRAW: WORKERS - {"own_agent"} | {"reporter"},
    **dict.fromkeys([Verb.SUPPORT, Verb.FOLLOW], EVERYBODY_SIGNED_IN),
    **{key: {"reporter"} for key in [Verb.REPLY, Verb.VERIFY, Verb.DISPUTE, Verb.ASK_CALL]},
    **{key: set[str]() for key in [Verb.LAPSE, Verb.EXPIRE]},
}


@pytest.fixture
def scene() -> Scene:
    """With tickets that others can be merged into, so that no call makes one."""
    made = set_scene()
    for is_public in (True, False):
        ticket_in(Status.OPEN, made, is_public=is_public)
    return made


def test_every_verb_has_a_rule_and_a_row_in_these_tables() -> None:
    assert set(WORKFLOW) == set(Verb) == set(MAY)
    # A reply is a message at its time; expiry is a sweep's.
    assert set(Verb) - set(CALLS) == {Verb.REPLY, Verb.EXPIRE}


REFUSALS = [(verb, status) for verb in CALLS for status in Status if status not in WORKFLOW[verb].sources]


@pytest.mark.parametrize(("verb", "status"), REFUSALS)
def test_a_verb_is_refused_in_a_status_that_is_not_among_its_sources(
    verb: Verb, status: Status, scene: Scene
) -> None:
    ticket = ticket_in(status, scene)
    user: Any = {Verb.SUPPORT: scene.cast.neighbour, Verb.PICK: scene.cast.own_agent}.get(verb)
    refusal: type[DomainError] = NothingToVerify if verb is Verb.VERIFY else TransitionNotAllowed
    with refused(ticket, refusal):
        CALLS[verb](ticket, user, scene)


@pytest.mark.parametrize("verb", list(Verb))
def test_a_verb_is_for_those_whom_the_table_names(verb: Verb, scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    may = {name for name, user in scene.cast.everybody().items() if can_use(user, verb, ticket)}
    assert may == MAY[verb]


# Refusals that are not about the person: the verb was theirs to try.
_OTHER_REASONS = (NotAMember, NotPinned, AlreadyPicked, OwnTicket, VerificationRequired, NotMerged)


@pytest.mark.parametrize("verb", [verb for verb in CALLS if verb not in {Verb.VERIFY, Verb.LAPSE}])
def test_an_action_and_its_permission_agree_about_everybody(verb: Verb, scene: Scene) -> None:
    status = next(status for status in Status if status in WORKFLOW[verb].sources)
    ticket = ticket_in(status, scene)
    before = everything_about(ticket)
    for name, user in scene.cast.everybody().items():
        allowed = can_use(user, verb, ticket)
        try:
            with transaction.atomic():
                CALLS[verb](ticket, user, scene)
                transaction.set_rollback(True)
        except (NotAllowed, NotFound):
            assert not allowed, name
        except _OTHER_REASONS:
            assert allowed, name
        else:
            assert allowed, name
        assert everything_about(ticket) == before


@pytest.mark.parametrize("verb", [verb for verb in CALLS if verb not in {Verb.VERIFY, Verb.LAPSE}])
def test_what_one_may_not_see_is_not_found_and_what_one_sees_is_not_allowed(verb: Verb, scene: Scene) -> None:
    status = next(status for status in Status if status in WORKFLOW[verb].sources)
    public = ticket_in(status, scene)
    private = ticket_in(status, scene, is_public=False)
    for user in (scene.cast.foreign_admin, scene.cast.anonymous, scene.cast.neighbour):
        with refused(private, NotFound):
            CALLS[verb](private, user, scene)
        if not can_use(user, verb, public):
            with refused(public, NotAllowed):
                CALLS[verb](public, user, scene)


def test_buttons_are_what_role_and_status_both_admit(scene: Scene) -> None:
    ticket = ticket_in(Status.RESPONDED, scene)
    assert set(possible_verbs(scene.cast.reporter, ticket)) == {
        Verb.REPLY,
        Verb.MESSAGE,
        Verb.SUPPORT,
        Verb.FOLLOW,
        Verb.ASK_CALL,
    }
    assert possible_verbs(scene.cast.anonymous, ticket) == []
    agents = {Verb.REOPEN, Verb.COMPLETE, Verb.EDIT, Verb.PRIORITISE, Verb.MESSAGE, Verb.NOTE, Verb.SUPPORT}
    agents |= {Verb.FOLLOW, Verb.MERGE, Verb.NOTIFY, Verb.PLAN}
    assert set(possible_verbs(scene.cast.own_agent, ticket)) == agents


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.RESPONDED, Status.RESOLVED, Status.CLOSED])
def test_a_reporter_cannot_take_back_what_somebody_has_worked_on(status: Status, scene: Scene) -> None:
    ticket = ticket_in(status, scene)
    with refused(ticket, NotAllowed):
        withdraw_ticket(ticket, acting_user=scene.cast.reporter)


def test_a_reporter_may_take_back_a_report_that_nobody_has_begun_to_work_on(scene: Scene) -> None:
    ticket = withdraw_ticket(ticket_in(Status.OPEN, scene), acting_user=scene.cast.reporter)
    assert ticket.status == Status.CLOSED
    with refused(ticket, AlreadyWithdrawn):
        withdraw_ticket(ticket, acting_user=scene.cast.department_admin)
    with refused(ticket, NotFound):
        withdraw_ticket(ticket, acting_user=scene.cast.reporter)


# Notes

NOTED = [
    (Status.OPEN, lambda ticket, note: respond(ticket, message=note, acting_user=None), "message"),
    (Status.OPEN, lambda ticket, note: resolve_ticket(ticket, note=note, acting_user=None), "note"),
    (Status.OPEN, lambda ticket, note: reject_ticket(ticket, reason=note, acting_user=None), "reason"),
    (Status.CLOSED, lambda ticket, note: reopen_ticket(ticket, reason=note, acting_user=None), "reason"),
    (
        Status.RESOLVED,
        lambda ticket, note: dispute_resolution(ticket, reason=note, acting_user=None),
        "reason",
    ),
    (Status.OPEN, lambda ticket, note: promote_ticket(ticket, note=note, acting_user=None), "note"),
    (
        Status.OPEN,
        lambda ticket, note: change_priority(ticket, priority=Priority.URGENT, reason=note, acting_user=None),
        "reason",
    ),
]


@pytest.mark.parametrize(("status", "act", "field"), NOTED)
def test_where_a_reason_is_asked_for_none_is_refused(
    status: Status, act: Any, field: str, scene: Scene
) -> None:
    ticket = ticket_in(status, scene)
    for note in ("", "   ", "\n\t"):
        with refused(ticket, NoteRequired) as refusal:
            act(ticket, note)
        assert refusal.value.field == field


@pytest.mark.parametrize(("status", "act", "field"), NOTED)
def test_a_reason_that_cannot_be_kept_is_refused_by_its_field(
    status: Status, act: Any, field: str, scene: Scene
) -> None:
    ticket = ticket_in(status, scene)
    for note in ("a\x00b", "\ud800", "x" * 5001):
        with refused(ticket, InvalidInput) as refusal:
            act(ticket, note)
        assert refusal.value.field == field


def test_transfer_and_override_ask_why(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    with refused(ticket, NoteRequired):
        transfer_ticket(ticket, department=scene.other_department, reason=" ", acting_user=None)
    with refused(ticket, NoteRequired):
        override_assignment(ticket, assignee=scene.cast.own_agent, reason="", acting_user=None)


def test_the_event_keeps_the_reason_as_it_was_meant(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    resolve_ticket(ticket, note="  Nuwe koppeling. 💧 \n", acting_user=scene.cast.own_agent)
    event = ticket.events.latest("pk")
    assert (event.note, event.actor, event.ticket_version) == ("Nuwe koppeling. 💧", scene.cast.own_agent, 3)
    assert event.changes["status"] == ["open", "resolved"]


# Versions


def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    seen = ticket.version
    start_work(ticket, acting_user=scene.cast.own_agent)
    with refused(ticket, StaleVersion):
        resolve_ticket(ticket, note="Done.", acting_user=scene.cast.own_agent, expected_version=seen)
    resolved = resolve_ticket(
        ticket, note="Done.", acting_user=scene.cast.own_agent, expected_version=seen + 1
    )
    assert resolved.version == seen + 2


def test_somebody_who_may_not_look_does_not_learn_that_the_version_is_stale(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene, is_public=False)
    with refused(ticket, NotFound):
        start_work(ticket, acting_user=scene.cast.foreign_admin, expected_version=99)


# Where an end is an end


def test_a_withdrawn_ticket_stays_closed(scene: Scene) -> None:
    ticket = withdraw_ticket(ticket_in(Status.OPEN, scene), acting_user=scene.cast.department_admin)
    with refused(ticket, ReopenRefused):
        reopen_ticket(ticket, reason="Mistake.", acting_user=scene.cast.department_admin)


def test_nobody_completes_what_has_to_be_verified(scene: Scene) -> None:
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    with refused(ticket, VerificationRequired):
        CALLS[Verb.COMPLETE](ticket, scene.cast.own_agent, scene)
