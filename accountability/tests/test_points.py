"""The ledger: versions of rules, reversals, appeals, and totals that are always its sum."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from accountability.actions.appeals import (
    AlreadyAppealed,
    AppealDecided,
    NotAPenalty,
    TooLateToAppeal,
    appeal,
    decide_appeal,
)
from accountability.actions.points import (
    AlreadyReversed,
    PointsOutOfRange,
    ReasonNeeded,
    ReversalStands,
    RuleReplaced,
    change_rule,
    reverse_entry,
)
from accountability.actions.recording import hold_accountable
from accountability.enums import AppealState
from accountability.models import PointsAppeal, PointsEntry, PointsRule
from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import MembershipFactory
from common.errors import DomainError, NotAllowed
from departments.models import Category
from departments.tests.factories import staff_member
from tickets.actions.lifecycle import reopen_ticket, resolve_ticket
from tickets.actions.verification import dispute_resolution, verify_resolution
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.verification import code_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department, full_name="Sipho Nkosi", capacity=500)


@pytest.fixture
def johan(category: Category) -> User:
    admin = staff_member(category.department, role=Role.DEPARTMENT_ADMIN)
    admin.department_memberships.update(is_available=False)
    return admin


@pytest.fixture
def nomsa(category: Category) -> User:
    return MembershipFactory.create(organisation=category.organisation, role=Role.ORGANISATION_ADMIN).user


def penalty(category: Category, agent: User) -> PointsEntry:
    """Minus five for the agent, and for the department."""
    ticket = report_ticket(category)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    dispute_resolution(ticket, reason="Still running", acting_user=ticket.reporter)
    hold_accountable([ticket.events.get(kind=EventKind.DISPUTED).pk])
    return PointsEntry.objects.get(event__ticket=ticket, person=agent)


def reward(category: Category, agent: User) -> PointsEntry:
    ticket = resolve_ticket(report_ticket(category), note="Done.", acting_user=agent)
    verify_resolution(ticket, code=code_for(ticket.verifications.get()), acting_user=ticket.reporter)
    hold_accountable([ticket.events.get(kind=EventKind.VERIFIED).pk])
    return PointsEntry.objects.get(event__ticket=ticket, person=agent)


def everything() -> list[Any]:
    models = (PointsEntry, PointsRule, PointsAppeal)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def refused(refusal: type[DomainError], call: Any, *args: Any, **named: Any) -> None:
    before = everything()
    with pytest.raises(refusal) as caught:
        call(*args, **named)
    assert (type(caught.value), everything()) == (refusal, before)


# Rules


def test_a_changed_rule_is_a_new_version_and_entries_keep_theirs(
    category: Category, agent: User, nomsa: User
) -> None:
    old = penalty(category, agent)
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        changed = change_rule(old.rule, points=-7, acting_user=nomsa)
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        new = penalty(category, agent)
    old.refresh_from_db()
    assert (old.points, old.rule.version, new.points, new.rule) == (-5, 1, -7, changed)
    hold_accountable([old.event_id])
    assert PointsEntry.objects.filter(event=old.event_id).count() == 2


def test_a_rule_is_changed_by_who_manages_the_organisation_within_bounds(
    category: Category, agent: User, johan: User, nomsa: User
) -> None:
    rule = penalty(category, agent).rule
    refused(NotAllowed, change_rule, rule, points=-7, acting_user=johan)
    for points in (0, 1001, -1001):
        refused(PointsOutOfRange, change_rule, rule, points=points, acting_user=nomsa)
    change_rule(rule, points=-7, acting_user=nomsa)
    refused(RuleReplaced, change_rule, rule, points=-8, acting_user=nomsa)


def test_a_ticket_that_is_reopened_and_done_again_rewards_the_same_person_once(
    category: Category, agent: User
) -> None:
    first = reward(category, agent)
    ticket = reopen_ticket(first.event.ticket, reason="Again.", acting_user=agent)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    asked = ticket.verifications.pending().get()
    verify_resolution(ticket, code=code_for(asked), acting_user=ticket.reporter)
    events = ticket.events.filter(kind=EventKind.VERIFIED).values_list("pk", flat=True)
    hold_accountable(list(events))
    assert (len(events), PointsEntry.objects.filter(event__in=events, person=agent).count()) == (2, 1)
    assert PointsEntry.objects.filter(event__in=events, person=None).count() == 1


# Reversals


def test_a_reversal_negates_an_entry_once_with_reason_and_author(
    category: Category, agent: User, johan: User
) -> None:
    entry = penalty(category, agent)
    reversal = reverse_entry(entry, reason="Wrong house.", acting_user=johan)
    assert (reversal.points, reversal.person, reversal.occurred_at) == (5, agent, entry.occurred_at)
    assert (reversal.reason, reversal.entered_by, reversal.reverses) == ("Wrong house.", johan, entry)
    refused(AlreadyReversed, reverse_entry, entry, reason="Again.", acting_user=johan)
    refused(ReversalStands, reverse_entry, reversal, reason="Back.", acting_user=johan)
    hold_accountable([entry.event_id])
    assert PointsEntry.objects.filter(person=agent).aggregate(total=Sum("points")) == {"total": 0}


def test_nobody_corrects_their_own_points_or_their_own_departments(
    category: Category, agent: User, johan: User, nomsa: User
) -> None:
    entry = penalty(category, agent)
    departments = PointsEntry.objects.get(event=entry.event_id, person=None)
    other = staff_member(burst_pipe_category().department, role=Role.ORGANISATION_ADMIN)
    for person in (agent, other):
        refused(NotAllowed, reverse_entry, entry, reason="Mine.", acting_user=person)
    refused(NotAllowed, reverse_entry, departments, reason="Ours.", acting_user=johan)
    refused(ReasonNeeded, reverse_entry, entry, reason=" ", acting_user=johan)
    assert reverse_entry(departments, reason="Flood.", acting_user=nomsa).points == 5


def test_the_database_refuses_a_reversal_that_is_none(category: Category, agent: User, johan: User) -> None:
    entry = penalty(category, agent)
    reverse_entry(entry, reason="Wrong house.", acting_user=johan)
    fields = dict(PointsEntry.objects.filter(reverses=entry).values().get())
    other = penalty(category, agent)
    del fields["id"]
    true = {"reverses_id": other.pk, "event_id": other.event_id, "occurred_at": other.occurred_at}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "pointsentry_is_reversed_once"),
        (true | {"reason": ""}, "pointsentry_reversal_has_author_and_reason"),
        (true | {"points": 6}, "negates"),
    ]
    for change, message in wrong:
        with pytest.raises((IntegrityError, DatabaseError), match=message), transaction.atomic():
            PointsEntry.objects.create(**fields | change)


# Appeals


def test_a_granted_appeal_reverses_the_entry(category: Category, agent: User, johan: User) -> None:
    entry = penalty(category, agent)
    made = appeal(entry, reason="The pipe burst anew.", acting_user=agent)
    decided = decide_appeal(made, grant=True, reason="True.", acting_user=johan)
    assert (decided.state, decided.decided_by, decided.reversal.reverses) == (  # type: ignore[union-attr]
        AppealState.GRANTED,
        johan,
        entry,
    )
    refused(AppealDecided, decide_appeal, made, grant=False, reason="No.", acting_user=johan)


def test_a_refused_appeal_changes_no_points_and_is_the_last(
    category: Category, agent: User, johan: User
) -> None:
    entry = penalty(category, agent)
    made = appeal(entry, reason="Not me.", acting_user=agent)
    refused(AlreadyAppealed, appeal, entry, reason="Really.", acting_user=agent)
    decided = decide_appeal(made, grant=False, reason="It was.", acting_user=johan)
    assert (decided.state, decided.reversal) == (AppealState.REFUSED, None)
    assert PointsEntry.objects.filter(person=agent).aggregate(total=Sum("points")) == {"total": -5}
    refused(AlreadyAppealed, appeal, entry, reason="Really.", acting_user=agent)


def test_appeals_that_make_no_sense_are_refused(category: Category, agent: User, johan: User) -> None:
    entry, good = penalty(category, agent), reward(category, agent)
    refused(NotAllowed, appeal, entry, reason="His.", acting_user=johan)
    refused(ReasonNeeded, appeal, entry, reason="", acting_user=agent)
    refused(NotAPenalty, appeal, good, reason="Too much.", acting_user=agent)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        refused(TooLateToAppeal, appeal, entry, reason="Late.", acting_user=agent)
    made = appeal(entry, reason="Not me.", acting_user=agent)
    refused(NotAllowed, decide_appeal, made, grant=True, reason="Mine.", acting_user=agent)
    reverse_entry(entry, reason="Wrong house.", acting_user=johan)
    refused(AlreadyReversed, decide_appeal, made, grant=True, reason="Yes.", acting_user=johan)
