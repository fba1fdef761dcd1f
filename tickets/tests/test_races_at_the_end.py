"""Supporting, proving and rating at the same time: one answer, and books that agree. Real connections."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from departments.models import Category
from departments.tests.factories import staff_member
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.rating import rate_resolution
from tickets.actions.support import support_ticket, withdraw_support
from tickets.actions.sweeps import remind_of_proofs
from tickets.actions.verification import dispute_resolution, verify_resolution
from tickets.enums import EventKind, Outcome, Status
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.proof import assert_books_agree
from tickets.tests.together import all_at_once, refusals
from tickets.verification import code_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def category() -> Category:
    category = burst_pipe_category()
    staff_member(category.department, capacity=50)
    return category


@pytest.fixture
def neighbour() -> User:
    return UserFactory.create()


@pytest.fixture
def resolved(category: Category, neighbour: User) -> Ticket:
    ticket = report_ticket(category)
    support_ticket(ticket, acting_user=neighbour)
    return resolve_ticket(ticket, note="Done.", acting_user=None)


def count(ticket: Ticket, *kinds: EventKind) -> int:
    return int(ticket.events.filter(kind__in=kinds).count())


def test_one_person_who_supports_and_takes_back_at_once_is_counted_once_or_not_at_all(
    category: Category, neighbour: User
) -> None:
    ticket = report_ticket(category)
    calls = [partial(support_ticket, ticket, acting_user=neighbour)] * 4
    answers = all_at_once([*calls, *[partial(withdraw_support, ticket, acting_user=neighbour)] * 4])
    assert refusals(answers) == []
    now = Ticket.objects.get(pk=ticket.pk).support_count
    assert now == ticket.supports.count()
    came, went = count(ticket, EventKind.SUPPORTED), count(ticket, EventKind.SUPPORT_WITHDRAWN)
    assert (came - went, now in {0, 1}) == (now, True)
    assert_books_agree()


def test_of_a_confirmation_and_a_dispute_at_once_one_holds(resolved: Ticket, neighbour: User) -> None:
    code = code_for(resolved.verifications.get())
    answers = all_at_once(
        [
            partial(verify_resolution, resolved, code=code, acting_user=None),
            partial(verify_resolution, resolved, acting_user=neighbour),
            partial(dispute_resolution, resolved, reason="No.", acting_user=resolved.reporter),
            partial(dispute_resolution, resolved, reason="No.", acting_user=neighbour),
        ]
    )
    assert len(refusals(answers)) == 3
    assert set(refusals(answers)) <= {"transition_not_allowed", "nothing_to_verify"}
    assert count(resolved, EventKind.VERIFIED, EventKind.DISPUTED) == 1
    ticket = Ticket.objects.get(pk=resolved.pk)
    assert (ticket.status, ticket.outcome) in {
        (Status.CLOSED, Outcome.VERIFIED),
        (Status.IN_PROGRESS, ""),
    }
    assert_books_agree()


def test_of_eight_supporters_who_confirm_at_once_one_is_the_proof(resolved: Ticket) -> None:
    people = UserFactory.create_batch(8)
    for person in people:
        support_ticket(resolved, acting_user=person)
    answers = all_at_once([partial(verify_resolution, resolved, acting_user=person) for person in people])
    assert refusals(answers) == ["transition_not_allowed"] * 7
    assert count(resolved, EventKind.VERIFIED) == 1
    assert resolved.verifications.get().answered_by in people


def test_a_rating_that_is_sent_eight_times_at_once_is_told_once(resolved: Ticket, neighbour: User) -> None:
    verify_resolution(resolved, acting_user=neighbour)
    answers = all_at_once([partial(rate_resolution, resolved, rating=5, acting_user=neighbour)] * 8)
    assert (refusals(answers), count(resolved, EventKind.RATED)) == ([], 1)


def test_sweeps_at_once_ask_again_once(category: Category) -> None:
    tickets = [
        resolve_ticket(report_ticket(category), note="Done.", acting_user=None) for _ticket in range(4)
    ]
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        all_at_once([partial(remind_of_proofs, acting_user=None)] * 4)
        remind_of_proofs(acting_user=None)
    assert [count(ticket, EventKind.PROOF_REMINDED) for ticket in tickets] == [1] * 4
    assert_books_agree()
