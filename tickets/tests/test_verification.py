"""The one-time code: the credential that proves a fix, and what somebody who guesses gets."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from common.errors import NotAllowed, NotFound
from tickets.actions.lifecycle import reopen_ticket, resolve_ticket
from tickets.actions.support import support_ticket
from tickets.actions.verification import (
    CodeUsedUp,
    NothingToVerify,
    TooManyCodes,
    WrongCode,
    dispute_resolution,
    send_new_code,
    verify_resolution,
)
from tickets.enums import EventKind, Outcome, Status, VerificationState
from tickets.models import Ticket, Verification
from tickets.tests.cast import Scene, set_scene, ticket_in
from tickets.tests.proof import everything_about, refused
from tickets.verification import MAX_CODES, code_for, is_right_code, key_of_token, link_token
from tickets.workflow import TransitionNotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


@pytest.fixture
def resolved(scene: Scene) -> Ticket:
    return ticket_in(Status.RESOLVED, scene)


def asked(ticket: Ticket) -> Verification:
    return ticket.verifications.latest("pk")


def wrong_code(ticket: Ticket) -> str:
    right = int(code_for(asked(ticket)))
    return f"{(right + 1) % 1_000_000:06}"


def try_wrong(ticket: Ticket) -> None:
    with pytest.raises(WrongCode):
        verify_resolution(ticket, code=wrong_code(ticket), acting_user=AnonymousUser())


def test_whoever_has_the_code_may_confirm_without_an_account(resolved: Ticket) -> None:
    ticket = verify_resolution(resolved, code=code_for(asked(resolved)), acting_user=AnonymousUser())
    assert (ticket.status, ticket.outcome) == (Status.CLOSED, Outcome.VERIFIED)
    answered = asked(resolved)
    assert (answered.state, answered.answered_by) == (VerificationState.CONFIRMED, None)
    assert ticket.events.latest("pk").kind == EventKind.VERIFIED


def test_the_code_may_be_typed_with_spaces_and_dashes(resolved: Ticket) -> None:
    code = code_for(asked(resolved))
    for typed in (code, f" {code[:3]} {code[3:]} ", f"{code[:3]}-{code[3:]}"):
        assert is_right_code(asked(resolved), typed) is True
    for typed in ("", code[:5], code + "0", "१२३४५६", "abcdef", "\x00"):
        assert is_right_code(asked(resolved), typed) is False


def test_a_wrong_code_is_counted_though_it_is_refused(resolved: Ticket) -> None:
    before = everything_about(resolved)
    with pytest.raises(WrongCode, match="Tries left: 4") as refusal:
        verify_resolution(resolved, code=wrong_code(resolved), acting_user=AnonymousUser())
    assert (refusal.value.field, refusal.value.status_code) == ("code", 400)
    after = everything_about(resolved)
    assert after["verifications"][0].pop("attempts") == 1
    assert before["verifications"][0].pop("attempts") == 0
    assert after == before


def test_five_wrong_codes_use_up_even_the_right_one(resolved: Ticket) -> None:
    for _try in range(5):
        try_wrong(resolved)
    for code in (code_for(asked(resolved)), wrong_code(resolved)):
        with refused(resolved, CodeUsedUp):
            verify_resolution(resolved, code=code, acting_user=AnonymousUser())
        with refused(resolved, CodeUsedUp):
            dispute_resolution(resolved, reason="No.", code=code, acting_user=AnonymousUser())


def test_tries_are_counted_together_whether_one_confirms_or_disputes(resolved: Ticket) -> None:
    for _try in range(2):
        try_wrong(resolved)
        with pytest.raises(WrongCode):
            dispute_resolution(resolved, reason="No.", code=wrong_code(resolved), acting_user=AnonymousUser())
    assert asked(resolved).attempts == 4


def test_a_new_code_makes_the_old_one_worthless_and_gives_new_tries(resolved: Ticket, scene: Scene) -> None:
    for _try in range(5):
        try_wrong(resolved)
    old = code_for(asked(resolved))
    send_new_code(resolved, acting_user=scene.cast.reporter)
    assert resolved.events.latest("pk").kind == EventKind.CODE_SENT
    new = code_for(asked(resolved))
    assert old != new
    with pytest.raises(WrongCode):
        verify_resolution(resolved, code=old, acting_user=AnonymousUser())
    assert verify_resolution(resolved, code=new, acting_user=AnonymousUser()).status == Status.CLOSED


def test_nobody_gets_codes_without_end(resolved: Ticket, scene: Scene) -> None:
    for _code in range(MAX_CODES - 1):
        send_new_code(resolved, acting_user=scene.cast.reporter)
    with refused(resolved, TooManyCodes):
        send_new_code(resolved, acting_user=scene.cast.reporter)


def test_new_codes_are_for_the_reporter_and_for_staff_who_know_them(resolved: Ticket, scene: Scene) -> None:
    cast = scene.cast
    for user in (cast.neighbour, cast.anonymous, cast.foreign_admin, cast.auditor, cast.other_agent):
        with refused(resolved, NotAllowed):
            send_new_code(resolved, acting_user=user)
    for user in (cast.own_agent, cast.call_centre):
        send_new_code(resolved, acting_user=user)


def test_each_resolution_has_its_own_code(resolved: Ticket, scene: Scene) -> None:
    first = code_for(asked(resolved))
    dispute_resolution(resolved, reason="Still runs.", acting_user=scene.cast.reporter)
    resolve_ticket(resolved, note="Now.", acting_user=None)
    assert [row.state for row in resolved.verifications.order_by("pk")] == ["disputed", "pending"]
    assert code_for(asked(resolved)) != first
    with pytest.raises(WrongCode):
        verify_resolution(resolved, code=first, acting_user=AnonymousUser())


def test_a_code_is_worth_nothing_after_its_time(resolved: Ticket) -> None:
    code = code_for(asked(resolved))
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1), tick=False):
        with refused(resolved, NothingToVerify):
            verify_resolution(resolved, code=code, acting_user=AnonymousUser())
        with refused(resolved, NothingToVerify):
            send_new_code(resolved, acting_user=None)


def test_a_code_is_worth_nothing_twice_nor_after_a_reopening(resolved: Ticket, scene: Scene) -> None:
    code = code_for(asked(resolved))
    reopen_ticket(resolved, reason="Not yet.", acting_user=scene.cast.own_agent)
    with refused(resolved, NothingToVerify):
        verify_resolution(resolved, code=code, acting_user=AnonymousUser())
    assert asked(resolved).state == VerificationState.SUPERSEDED


# Disputes


def test_a_supporter_may_dispute_in_public_space(resolved: Ticket, scene: Scene) -> None:
    neighbour = scene.cast.neighbour
    with refused(resolved, NotAllowed):
        dispute_resolution(resolved, reason="Still runs.", acting_user=neighbour)
    support_ticket(resolved, acting_user=neighbour)
    ticket = dispute_resolution(resolved, reason="Still runs.", acting_user=neighbour)
    assert (ticket.status, asked(ticket).answered_by) == (Status.IN_PROGRESS, neighbour)


def test_a_supporter_may_not_dispute_what_is_not_in_public_space(resolved: Ticket, scene: Scene) -> None:
    support_ticket(resolved, acting_user=scene.cast.neighbour)
    scene.category.is_public_space = False
    scene.category.save(update_fields=["is_public_space"])
    ticket = Ticket.objects.get(pk=resolved.pk)
    with refused(ticket, NotAllowed):
        dispute_resolution(ticket, reason="Still runs.", acting_user=scene.cast.neighbour)


def test_whoever_may_not_see_the_ticket_does_not_learn_that_it_waits(scene: Scene) -> None:
    private = ticket_in(Status.RESOLVED, scene, is_public=False)
    for user in (scene.cast.neighbour, scene.cast.anonymous, scene.cast.foreign_admin):
        with refused(private, NotFound):
            dispute_resolution(private, reason="Still runs.", acting_user=user)


def test_with_the_code_somebody_without_an_account_may_dispute(resolved: Ticket) -> None:
    ticket = dispute_resolution(
        resolved, reason="Still runs.", code=code_for(asked(resolved)), acting_user=AnonymousUser()
    )
    assert (ticket.status, ticket.reopened_count) == (Status.IN_PROGRESS, 1)


def test_a_dispute_of_a_ticket_that_nobody_has_finds_somebody(scene: Scene) -> None:
    members = scene.department.members
    members.update(is_available=False)
    ticket = ticket_in(Status.RESOLVED, scene)
    assert (ticket.assignee, ticket.queued_at) == (None, None)
    members.filter(user=scene.cast.own_agent).update(is_available=True)
    disputed = dispute_resolution(ticket, reason="Still runs.", acting_user=scene.cast.reporter)
    assert disputed.assignee == scene.cast.own_agent


def test_a_second_dispute_is_too_late(resolved: Ticket, scene: Scene) -> None:
    dispute_resolution(resolved, reason="Still runs.", acting_user=scene.cast.reporter)
    with refused(resolved, TransitionNotAllowed):
        dispute_resolution(resolved, reason="Still runs.", acting_user=scene.cast.reporter)


# Links


def test_a_link_leads_to_its_verification_and_nonsense_nowhere(resolved: Ticket) -> None:
    token = link_token(asked(resolved))
    assert (len(token), key_of_token(token)) == (22, asked(resolved).pk)
    for nonsense in ("", "a", token + "x", token[:-1], "é" * 22, "\x00" * 22, "=" * 22, "../" * 7 + "a"):
        assert key_of_token(nonsense) is None
