"""So many supporters make a ticket more urgent: once, by the system, for everybody to read."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import UserFactory
from departments.enums import Priority
from departments.models import Category
from departments.tests.factories import StandardFactory
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.merging import merge_ticket
from tickets.actions.support import support_ticket, withdraw_support
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.pages import make_city
from tickets.tests.proof import assert_books_agree
from tickets.tests.together import all_at_once, refusals

pytestmark = pytest.mark.django_db


@pytest.fixture
def category() -> Category:
    return raising_at(burst_pipe_category(), 3)


def raising_at(category: Category, least: int) -> Category:
    category.organisation.raise_at_supporters = least
    category.organisation.save(update_fields=["raise_at_supporters"])
    return category


def support(ticket: Ticket, many: int) -> Ticket:
    for person in UserFactory.create_batch(many):
        support_ticket(ticket, acting_user=person)
    return Ticket.objects.get(pk=ticket.pk)


def raises(ticket: Ticket) -> list[dict[str, object]]:
    return [event.data for event in ticket.events.filter(kind=EventKind.PRIORITY_CHANGED).order_by("pk")]


def test_the_supporter_who_makes_them_enough_raises_the_priority_by_one(category: Category) -> None:
    ticket = support(report_ticket(category), 2)
    assert (ticket.priority, raises(ticket)) == (Priority.MEDIUM, [])
    ticket = support(ticket, 1)
    assert ticket.priority == Priority.HIGH
    event = ticket.events.get(kind=EventKind.PRIORITY_CHANGED)
    assert (event.actor, event.visibility, event.data["supporters"]) == (None, "public", 3)
    assert event.changes["priority"] == [Priority.MEDIUM, Priority.HIGH]
    assert ticket.raised_at == event.occurred_at
    assert_books_agree()


def test_a_higher_priority_brings_its_own_promise(category: Category) -> None:
    StandardFactory.create(
        category=category, priority=Priority.HIGH, respond_within_seconds=600, resolve_within_seconds=3600
    )
    with time_machine.travel(timezone.now(), tick=False):
        ticket = report_ticket(category)
        raised = support(ticket, 3)
    assert raised.due_at == ticket.created_at + timedelta(hours=1)


def test_support_that_is_taken_back_and_given_again_changes_no_priority(category: Category) -> None:
    ticket = support(report_ticket(category), 3)
    person: Any = ticket.supports.latest("pk").user
    withdraw_support(ticket, acting_user=person)
    assert Ticket.objects.get().priority == Priority.HIGH
    support_ticket(ticket, acting_user=person)
    ticket = support(ticket, 3)
    assert (ticket.priority, len(raises(ticket))) == (Priority.HIGH, 1)


@pytest.mark.parametrize(
    ("before", "may_be_urgent", "after"),
    [
        (Priority.LOW, False, Priority.MEDIUM),
        (Priority.HIGH, False, Priority.HIGH),
        (Priority.HIGH, True, Priority.URGENT),
        (Priority.URGENT, True, Priority.URGENT),
    ],
)
def test_they_raise_it_to_urgent_only_where_the_category_says_so(
    category: Category, before: Priority, may_be_urgent: bool, after: Priority
) -> None:
    category.may_raise_to_urgent = may_be_urgent
    category.save(update_fields=["may_raise_to_urgent"])
    ticket = support(report_ticket(category, priority=before), 3)
    assert (ticket.priority, len(raises(ticket))) == (after, int(before != after))


@pytest.mark.parametrize(
    ("own", "after"), [(None, Priority.HIGH), (0, Priority.MEDIUM), (4, Priority.MEDIUM)]
)
def test_a_category_may_have_a_number_of_its_own(
    category: Category, own: int | None, after: Priority
) -> None:
    category.raise_at_supporters = own
    category.save(update_fields=["raise_at_supporters"])
    assert support(report_ticket(category), 3).priority == after


def test_where_it_is_switched_off_no_number_raises_anything(category: Category) -> None:
    raising_at(category, 0)
    assert support(report_ticket(category), 3).priority == Priority.MEDIUM


def test_what_is_resolved_is_not_raised_any_more(category: Category) -> None:
    ticket = resolve_ticket(report_ticket(category), note="Done.", acting_user=None)
    assert support(ticket, 3).priority == Priority.MEDIUM


def test_supporters_who_come_with_a_duplicate_count(category: Category) -> None:
    survivor, duplicate = support(report_ticket(category), 1), support(report_ticket(category), 1)
    merge_ticket(duplicate, into=survivor, acting_user=None)
    raised = Ticket.objects.get(pk=survivor.pk)
    # One each, and who reported the duplicate.
    assert (raised.support_count, raised.priority, len(raises(raised))) == (3, Priority.HIGH, 1)


def test_the_page_says_in_public_words_why_it_is_more_urgent() -> None:
    city = make_city()
    ticket = support(report_ticket(raising_at(city.category, 2)), 2)
    page = city.client().get(f"/t/{ticket.reference}/").content.decode()
    assert "More urgent now: 2 other people have this problem" in page


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_support_at_once_one_raises_it(category: Category) -> None:
    ticket = report_ticket(category)
    people = UserFactory.create_batch(8)
    connection.close()
    answers = all_at_once([partial(support_ticket, ticket, acting_user=person) for person in people])
    assert refusals(answers) == []
    raised = Ticket.objects.get(pk=ticket.pk)
    assert (raised.support_count, raised.priority, len(raises(raised))) == (8, Priority.HIGH, 1)
    assert raises(raised)[0]["supporters"] == 3
    assert_books_agree()
