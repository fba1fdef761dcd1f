"""Duplicates: people move and are counted once, and a merge is undone exactly."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions.deletion import delete_account
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from common.errors import DomainError, NotAllowed, NotFound, StaleVersion
from departments.models import Category
from departments.tests.factories import CategoryFactory, DepartmentFactory, staff_member
from tickets.actions.assignment import override_assignment
from tickets.actions.following import follow_ticket, unfollow_ticket
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import (
    ReopenRefused,
    reject_ticket,
    reopen_ticket,
    resolve_ticket,
    respond,
    start_work,
    withdraw_ticket,
)
from tickets.actions.merging import (
    MergedFurther,
    NotMerged,
    SameTicket,
    StillMerged,
    WouldReveal,
    WrongSurvivor,
    merge_ticket,
    undo_merge,
)
from tickets.actions.support import support_ticket, withdraw_support
from tickets.enums import ClockState, EventKind, Outcome, Promise, Source, Status
from tickets.models import Ticket
from tickets.tests.factories import PRETORIA, burst_pipe_category, report_ticket
from tickets.tests.proof import assert_books_agree, everything_about, refused
from tickets.tests.together import all_at_once, refusals
from tickets.workflow import TransitionNotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def survivor(category: Category, agent: User) -> Ticket:
    return report_ticket(category, title="Leak at the school")


def supporters(ticket: Ticket) -> set[Any]:
    return set(ticket.supports.values_list("user_id", flat=True))


def followers(ticket: Ticket) -> set[Any]:
    return set(ticket.follows.values_list("user_id", flat=True))


def count(ticket: Ticket) -> int:
    return Ticket.objects.values_list("support_count", flat=True).get(pk=ticket.pk)


def visitor_reports(category: Category, *, phone: str = "", email: str = "") -> Ticket:
    """A public report of somebody without an account."""
    return create_ticket(
        category.organisation,
        Report(title="Water in the street", category=category, place=PRETORIA),
        reporter=Reporter(name="Lerato", phone=phone, email=email),
        source=Source.WEB,
        acting_user=None,
    )


# What a merge does


def test_the_duplicate_closes_and_says_where_it_goes_on(
    ticket: Ticket, survivor: Ticket, agent: User
) -> None:
    merged = merge_ticket(ticket, into=survivor, reason="The same pipe.", acting_user=agent)

    assert (merged.status, merged.outcome, merged.duplicate_of_id) == (
        Status.CLOSED,
        Outcome.DUPLICATE,
        survivor.pk,
    )
    left, came = ticket.events.latest("pk"), survivor.events.latest("pk")
    assert (left.kind, left.note, left.data) == (
        EventKind.MERGED,
        "The same pipe.",
        {"into": survivor.reference},
    )
    assert (came.kind, came.data) == (EventKind.DUPLICATE_ADDED, {"duplicate": ticket.reference})
    assert came.changes == {"support_count": [0, 1]}
    assert [clock.state for clock in ticket.clocks.all()] == [ClockState.CANCELLED] * 2
    assert_books_agree()


def test_everybody_of_the_duplicate_counts_on_the_survivor_and_nobody_twice(
    ticket: Ticket, survivor: Ticket, agent: User, neighbour: User
) -> None:
    both, only_there = UserFactory.create_batch(2)
    assert survivor.reporter is not None
    for person in (both, neighbour, survivor.reporter):
        support_ticket(ticket, acting_user=person)
    for person in (both, only_there):
        support_ticket(survivor, acting_user=person)
    follow_ticket(ticket, acting_user=only_there)
    follow_ticket(survivor, acting_user=both)
    follow_ticket(ticket, acting_user=both)

    merge_ticket(ticket, into=survivor, acting_user=agent)

    assert supporters(survivor) == {both.pk, only_there.pk, neighbour.pk, ticket.reporter_id}
    assert (count(survivor), count(ticket)) == (4, 0)
    assert followers(survivor) == {both.pk, only_there.pk}
    # Lists show the problem once.
    assert list(Ticket.objects.supported_by(both)) == [survivor]
    assert list(Ticket.objects.followed_by(both)) == [survivor]


def test_a_reporter_without_an_account_counts_by_the_report_and_once_by_their_address(
    category: Category, survivor: Ticket, agent: User
) -> None:
    first = visitor_reports(category, phone="082 123 4567")
    again = visitor_reports(category, phone="082 123 4567", email="lerato@example.org")
    other = visitor_reports(category, email="sipho@example.org")
    support_ticket(survivor, acting_user=UserFactory.create(email="sipho@example.org"))

    for duplicate in (first, again, other):
        merge_ticket(duplicate, into=survivor, acting_user=agent)

    assert [row.report for row in survivor.supports.of_reports()] == [first]
    assert count(survivor) == 2


def test_somebody_who_reported_both_is_not_their_own_supporter(
    category: Category, ticket: Ticket, resident: User, agent: User
) -> None:
    again = report_ticket(category, reporter=resident)
    merge_ticket(again, into=ticket, acting_user=agent)
    assert (supporters(ticket), count(ticket)) == (set(), 0)
    by_phone = visitor_reports(category, phone=str(resident.phone))
    merge_ticket(by_phone, into=ticket, acting_user=agent)
    assert count(ticket) == 0


def test_a_chain_of_merges_takes_everybody_to_the_last(
    category: Category, ticket: Ticket, survivor: Ticket, agent: User
) -> None:
    nameless = visitor_reports(category, phone="082 765 4321")
    last = report_ticket(category)
    merge_ticket(nameless, into=ticket, acting_user=agent)
    merge_ticket(ticket, into=survivor, acting_user=agent)
    merge_ticket(survivor, into=last, acting_user=agent)

    assert supporters(last) == {None, ticket.reporter_id, survivor.reporter_id}
    assert [row.report for row in last.supports.of_reports()] == [nameless]
    assert [count(one) for one in (nameless, ticket, survivor, last)] == [0, 0, 0, 3]
    before = everything_about(last)
    with refused(ticket, MergedFurther):
        undo_merge(ticket, acting_user=agent)
    assert everything_about(last) == before


# Refusals


def test_what_cannot_go_on_is_no_survivor(
    category: Category, ticket: Ticket, agent: User, department_admin: User
) -> None:
    closed = reject_ticket(report_ticket(category), reason="Private.", acting_user=agent)
    gone = withdraw_ticket(report_ticket(category), acting_user=department_admin)
    merged = report_ticket(category)
    merge_ticket(merged, into=report_ticket(category), acting_user=agent)
    foreign = report_ticket(burst_pipe_category())
    hidden = report_ticket(
        CategoryFactory.create(department=DepartmentFactory.create(organisation=category.organisation)),
        is_public=False,
    )
    for into in (closed, gone, merged, foreign, hidden):
        before = everything_about(into)
        with refused(ticket, WrongSurvivor) as caught:
            merge_ticket(ticket, into=into, acting_user=agent)
        assert caught.value.field == "into"
        assert everything_about(into) == before
    with refused(ticket, SameTicket):
        merge_ticket(ticket, into=ticket, acting_user=agent)


def test_a_ticket_that_is_not_public_is_not_shown_to_who_reported_another(
    category: Category, ticket: Ticket, private_ticket: Ticket, resident: User, agent: User
) -> None:
    of_another = report_ticket(category, is_public=False)
    for duplicate in (ticket, of_another):
        before = everything_about(private_ticket)
        with refused(duplicate, WouldReveal):
            merge_ticket(duplicate, into=private_ticket, acting_user=agent)
        assert everything_about(private_ticket) == before

    again = report_ticket(category, reporter=resident, is_public=False)
    merge_ticket(again, into=private_ticket, acting_user=agent)
    merge_ticket(of_another, into=ticket, acting_user=agent)
    assert (count(private_ticket), supporters(ticket)) == (0, {of_another.reporter_id})


def test_status_person_and_version_are_checked_as_for_every_verb(
    ticket: Ticket,
    survivor: Ticket,
    agent: User,
    neighbour: User,
    outside_agent: User,
    private_ticket: Ticket,
) -> None:
    with refused(ticket, NotAllowed):
        merge_ticket(ticket, into=survivor, acting_user=neighbour)
    with refused(private_ticket, NotFound):
        merge_ticket(private_ticket, into=survivor, acting_user=outside_agent)
    with refused(ticket, StaleVersion):
        merge_ticket(ticket, into=survivor, acting_user=agent, expected_version=ticket.version - 1)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    with refused(ticket, TransitionNotAllowed):
        merge_ticket(ticket, into=survivor, acting_user=agent)
    with refused(survivor, TransitionNotAllowed):
        undo_merge(survivor, acting_user=agent)


def test_neither_side_of_a_merge_is_withdrawn_or_reopened_before_it_is_undone(
    ticket: Ticket, survivor: Ticket, agent: User, department_admin: User
) -> None:
    merge_ticket(ticket, into=survivor, acting_user=agent)
    for one in (ticket, survivor):
        with refused(one, StillMerged):
            withdraw_ticket(one, acting_user=department_admin)
    with refused(ticket, ReopenRefused):
        reopen_ticket(ticket, reason="Again.", acting_user=agent)
    undo_merge(ticket, acting_user=agent)
    withdraw_ticket(survivor, acting_user=department_admin)


def test_only_a_duplicate_is_separated(ticket: Ticket, agent: User) -> None:
    reject_ticket(ticket, reason="Private.", acting_user=agent)
    with refused(ticket, NotMerged):
        undo_merge(ticket, acting_user=agent)


def test_the_database_counts_nobody_on_a_duplicate(ticket: Ticket, survivor: Ticket, agent: User) -> None:
    merge_ticket(ticket, into=survivor, acting_user=agent)
    with pytest.raises(IntegrityError, match="ticket_duplicate_counts_nobody"), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(support_count=1)


# Undoing


def people_of(ticket: Ticket) -> tuple[set[Any], set[Any], int]:
    return supporters(ticket), followers(ticket), count(ticket)


def test_a_merge_is_undone_exactly(
    ticket: Ticket, survivor: Ticket, agent: User, neighbour: User, department_admin: User
) -> None:
    both, only_there = UserFactory.create_batch(2)
    assert survivor.reporter is not None
    for person in (both, neighbour, survivor.reporter):
        support_ticket(ticket, acting_user=person)
    for person in (both, only_there):
        support_ticket(survivor, acting_user=person)
    follow_ticket(ticket, acting_user=both)
    follow_ticket(survivor, acting_user=both)
    follow_ticket(ticket, acting_user=only_there)
    start_work(ticket, acting_user=agent)
    override_assignment(ticket, assignee=agent, reason="Knows it.", acting_user=department_admin)
    before = people_of(ticket), people_of(survivor)
    stood = Ticket.objects.values("status", "outcome", "assignee_id", "is_pinned", "started_at").get(
        pk=ticket.pk
    )

    merge_ticket(ticket, into=survivor, acting_user=agent)
    undone = undo_merge(ticket, reason="Another pipe.", acting_user=agent)

    assert (people_of(ticket), people_of(survivor)) == before
    now = Ticket.objects.values(*stood).get(pk=ticket.pk)
    assert (now, undone.duplicate_of_id, undone.closed_at) == (stood, None, None)
    event = ticket.events.latest("pk")
    assert (event.kind, event.note, event.data) == (
        EventKind.UNMERGED,
        "Another pipe.",
        {"from": survivor.reference},
    )
    assert survivor.events.latest("pk").kind == EventKind.DUPLICATE_REMOVED
    assert_books_agree()


def test_the_clock_goes_on_from_where_it_stopped(category: Category, agent: User, survivor: Ticket) -> None:
    begun = timezone.now().replace(microsecond=0)
    with time_machine.travel(begun, tick=False):
        ticket = report_ticket(category)
    with time_machine.travel(begun + timedelta(hours=1), tick=False):
        merge_ticket(ticket, into=survivor, acting_user=agent)
    with time_machine.travel(begun + timedelta(hours=6), tick=False):
        undo_merge(ticket, acting_user=agent)

    respond_clock = ticket.clocks.get(promise=Promise.RESPOND)
    resolve_clock = ticket.clocks.get(promise=Promise.RESOLVE)
    for clock in (respond_clock, resolve_clock):
        assert (clock.state, clock.elapsed_seconds) == (ClockState.RUNNING, 3600)
    assert respond_clock.due_at == begun + timedelta(hours=4 + 5)
    ticket.refresh_from_db()
    assert ticket.due_at == resolve_clock.due_at == begun + timedelta(hours=24 + 5)


def test_a_ticket_that_waited_for_its_reporter_waits_again(
    ticket: Ticket, survivor: Ticket, agent: User
) -> None:
    respond(ticket, message="Which gate?", acting_user=agent)
    merge_ticket(ticket, into=survivor, acting_user=agent)
    back = undo_merge(ticket, acting_user=agent)

    assert (back.status, back.due_at) == (Status.RESPONDED, None)
    assert back.auto_close_at is not None
    assert ticket.clocks.get(promise=Promise.RESOLVE).state == ClockState.PAUSED
    assert_books_agree()


def test_who_left_meanwhile_does_not_get_the_ticket_back(
    category: Category, ticket: Ticket, survivor: Ticket, agent: User, department_admin: User
) -> None:
    merge_ticket(ticket, into=survivor, acting_user=department_admin)
    agent.department_memberships.update(is_active=False)
    successor = staff_member(category.department)
    assert undo_merge(ticket, acting_user=department_admin).assignee == successor


def test_who_took_their_word_back_meanwhile_is_on_neither(
    ticket: Ticket, survivor: Ticket, agent: User, neighbour: User
) -> None:
    support_ticket(ticket, acting_user=neighbour)
    follow_ticket(ticket, acting_user=neighbour)
    merge_ticket(ticket, into=survivor, acting_user=agent)
    withdraw_support(survivor, acting_user=neighbour)
    unfollow_ticket(survivor, acting_user=neighbour)

    undo_merge(ticket, acting_user=agent)

    assert people_of(ticket) == people_of(survivor) == (set(), set(), 0)


def test_who_came_by_two_duplicates_stays_by_the_other(
    category: Category, ticket: Ticket, survivor: Ticket, agent: User, neighbour: User
) -> None:
    second = report_ticket(category)
    for duplicate in (ticket, second):
        support_ticket(duplicate, acting_user=neighbour)
        merge_ticket(duplicate, into=survivor, acting_user=agent)

    undo_merge(ticket, acting_user=agent)

    assert supporters(survivor) == {neighbour.pk, second.reporter_id}
    assert (count(survivor), count(ticket), count(second)) == (2, 1, 0)


def test_who_ended_their_account_meanwhile_comes_back_nowhere(
    ticket: Ticket, survivor: Ticket, agent: User
) -> None:
    person = UserFactory.create(password=PASSWORD)
    support_ticket(ticket, acting_user=person)
    merge_ticket(ticket, into=survivor, acting_user=agent)
    delete_account(person, password=PASSWORD, acting_user=person)

    undo_merge(ticket, acting_user=agent)

    assert (count(ticket), count(survivor)) == (0, 0)


# Two at once


@pytest.mark.django_db(transaction=True)
def test_of_two_that_are_merged_into_each_other_one_goes_on() -> None:
    category = burst_pipe_category()
    agents = [staff_member(category.department, capacity=50) for _agent in range(2)]
    one, other = report_ticket(category), report_ticket(category)
    for _round in range(3):
        answers = all_at_once(
            [
                partial(merge_ticket, one, into=other, acting_user=User.objects.get(pk=agents[0].pk)),
                partial(merge_ticket, other, into=one, acting_user=User.objects.get(pk=agents[1].pk)),
            ]
        )
        (winner,) = [answer for answer in answers if not isinstance(answer, DomainError)]
        assert refusals(answers) in (["transition_not_allowed"], ["wrong_survivor"])
        assert sorted([count(one), count(other)]) == [0, 1]
        assert_books_agree()
        undo_merge(winner, acting_user=agents[0])


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_merge_or_separate_one_ticket_at_once_one_does() -> None:
    category = burst_pipe_category()
    (agent,) = [staff_member(category.department, capacity=50)]
    duplicate, survivor = report_ticket(category), report_ticket(category)
    merge = partial(merge_ticket, duplicate, into=survivor, acting_user=agent)
    assert refusals(all_at_once([merge] * 8)) == ["transition_not_allowed"] * 7
    undo = partial(undo_merge, duplicate, acting_user=agent)
    assert len(refusals(all_at_once([undo] * 8))) == 7
    assert (count(duplicate), count(survivor)) == (0, 0)
    assert_books_agree()
