"""Filters, orders and pages of the list of tickets."""

from __future__ import annotations

import functools
import operator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from departments.models import Category
from departments.tests.factories import CategoryFactory, StandardFactory, WardFactory
from tickets.actions.lifecycle import reject_ticket, start_work, withdraw_ticket
from tickets.actions.support import support_ticket
from tickets.models import Ticket
from tickets.tests.api import ROOT, api_client, assert_problem
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db
TICKETS = f"{ROOT}/tickets/"


def found(user: Any, **query: Any) -> list[str]:
    response = api_client(user).get(TICKETS, query)
    assert response.status_code == 200, response.content
    return [row["reference"] for row in response.json()["results"]]


@pytest.fixture
def three(category: Category, agent: User, resident: User, neighbour: User) -> list[Ticket]:
    """Oldest first: open and urgent, in progress, rejected."""
    ward = WardFactory.create(
        organisation=category.organisation, number=58, latitude=-25.7449, longitude=28.1878
    )
    tickets = [
        report_ticket(category, reporter=resident, title="Water in the street", tags=["Leak"], priority=4),
        report_ticket(category, reporter=neighbour, title="Geyser of mud", external_ref="ERP-2"),
        report_ticket(category, reporter=neighbour, title="Not a pipe"),
    ]
    start_work(tickets[1], acting_user=agent)
    reject_ticket(tickets[2], reason="It is a tree.", acting_user=agent)
    support_ticket(tickets[1], acting_user=resident)
    now = timezone.now()
    for days, ticket in zip((30, 20, 10), tickets, strict=True):
        Ticket.objects.filter(pk=ticket.pk).update(created_at=now - timedelta(days=days))
        ticket.refresh_from_db()
    Ticket.objects.filter(pk=tickets[0].pk).update(due_at=now - timedelta(days=1))
    assert tickets[0].ward == ward
    return tickets


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, [2, 1, 0]),
        ({"ordering": "created_at"}, [0, 1, 2]),
        ({"ordering": "-priority"}, [0, 2, 1]),
        ({"ordering": "-supports"}, [1, 2, 0]),
        ({"status": "open"}, [0]),
        ({"status": "not started"}, [0]),
        ({"status": "OPEN,in progress"}, [1, 0]),
        ({"status": "complete"}, [2]),
        ({"outcome": "rejected"}, [2]),
        ({"priority": "urgent"}, [0]),
        ({"priority": "low,medium,high"}, [2, 1]),
        ({"source": "web"}, [2, 1, 0]),
        ({"ward": "58"}, [2, 1, 0]),
        ({"ward": "59"}, []),
        ({"assignee": "me"}, [2, 1, 0]),
        ({"assignee": "none"}, []),
        ({"external_ref": "ERP-2"}, [1]),
        ({"tag": "LEAK"}, [0]),
        ({"q": "mud"}, [1]),
        ({"q": "streets"}, [0]),
        ({"customer_email": "THANDI@example.org"}, [0]),
        ({"overdue": "true"}, [0]),
        ({"expired": "true"}, []),
        ({"expired": "false"}, [2, 1, 0]),
        ({"queued": "true"}, []),
        ({"department": "nowhere"}, []),
        ({"status": "open", "q": "mud"}, []),
    ],
    ids=str,
)
def test_filters_find_what_they_say(
    three: list[Ticket], agent: User, query: dict[str, str], wanted: list[int]
) -> None:
    references = [three[place].reference for place in wanted]
    answer = found(agent, **query)
    # Rows of equal rank come in the order of their keys.
    if query.get("ordering") in {"-priority", "-supports"}:
        assert (answer[0], set(answer)) == (references[0], set(references))
    else:
        assert answer == references


def test_filters_by_rows_take_ids_and_codes(three: list[Ticket], agent: User, category: Category) -> None:
    all_three = [ticket.reference for ticket in reversed(three)]
    for query in (
        {"department": str(category.department.pk)},
        {"department": category.department.code},
        {"category": str(category.pk)},
        {"category": category.code},
        {"ward": str(three[0].ward_id)},
        {"assignee": str(agent.pk)},
        {"assignee_email": str(agent.email).upper()},
        {"id__in": ",".join(str(ticket.pk) for ticket in three)},
        {"reference": ",".join(ticket.reference for ticket in three)},
    ):
        assert found(agent, **query) == all_three, query
    assert found(agent, id__in=str(three[1].pk)) == [three[1].reference]


def test_a_withdrawn_ticket_leaves_the_lists_and_staff_find_it_by_its_outcome(
    three: list[Ticket], agent: User, department_admin: User, resident: User
) -> None:
    withdraw_ticket(three[0], acting_user=department_admin)
    gone, left = three[0].reference, [three[2].reference, three[1].reference]
    assert found(agent) == found(None) == left
    assert found(agent, q="water") == found(agent, reference=gone) == []
    assert found(agent, outcome="withdrawn") == [gone]
    assert found(agent, outcome="withdrawn,rejected") == [three[2].reference, gone]
    assert found(resident, outcome="withdrawn") == found(None, outcome="withdrawn") == []


def test_filters_by_time(three: list[Ticket], agent: User) -> None:
    middle = three[1].created_at.isoformat()
    assert found(agent, created_after=middle) == [three[2].reference, three[1].reference]
    assert found(agent, created_before=middle) == [three[0].reference]


def test_mine_and_supported_are_about_who_asks(three: list[Ticket], resident: User) -> None:
    assert found(resident, mine="true") == [three[0].reference]
    assert found(resident, supported="true") == [three[1].reference]
    assert_problem(api_client().get(TICKETS, {"mine": "true"}), 401)


@pytest.mark.parametrize(
    "query",
    [
        {"customer_email": "thandi@example.org"},
        {"assignee_email": "{agent}"},
        {"tag": "leak"},
        {"external_ref": "ERP-2"},
    ],
    ids=str,
)
def test_what_is_not_shown_cannot_be_searched_for(
    three: list[Ticket], agent: User, auditor: User, query: dict[str, str]
) -> None:
    query = {name: value.format(agent=agent.email) for name, value in query.items()}
    assert found(None, **query) == []
    if "customer_email" in query:
        assert found(auditor, **query) == []


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"},
        {"status": "broken"},
        {"status": "open,broken"},
        {"priority": "9"},
        {"outcome": "lost"},
        {"id__in": "1,2"},
        {"ward": "x"},
        {"ward": "²"},
        {"project": "x"},
        {"stage": "x"},
        {"mine": "perhaps"},
        {"created_after": "yesterday"},
        {"created_after": "2024-13-45"},
        {"ordering": "title"},
        {"ordering": "reporter_email"},
        {"ordering": "--created_at"},
        {"page_size": "0"},
        {"page_size": "201"},
        {"page_size": "ten"},
        {"page_size": "1e3"},
        {"cursor": "abc"},
        {"cursor": ""},
        {"include": "everything"},
        {"organisation": "nowhere"},
        {"q": "a\x00b"},
        {"q": "x" * 201},
        {"status": "open," * 300},
    ],
    ids=lambda query: str(query)[:40],
)
def test_what_a_list_does_not_understand_is_an_error(
    ticket: Ticket, agent: User, query: dict[str, str]
) -> None:
    problem = assert_problem(api_client(agent).get(TICKETS, query), 400)
    assert list(problem["errors"]) == list(query)


def test_a_filter_given_twice_is_an_error(ticket: Ticket, agent: User) -> None:
    problem = assert_problem(api_client(agent).get(f"{TICKETS}?status=open&status=closed"), 400)
    assert list(problem["errors"]) == ["status"]


@pytest.mark.parametrize("value", ["99999999999999999999", "-1"])
def test_numbers_beyond_every_ward_find_nothing(ticket: Ticket, agent: User, value: str) -> None:
    assert found(agent, ward=value) == []


def test_the_total_is_counted_only_when_asked_for(three: list[Ticket], agent: User) -> None:
    client = api_client(agent)
    assert "total" not in client.get(TICKETS).json()
    page = client.get(TICKETS, {"include": "total", "page_size": "1"}).json()
    assert (page["total"], page["total_is_capped"], len(page["results"])) == (3, False, 1)


# Pages


@pytest.fixture
def seven(category: Category, agent: User, resident: User) -> list[Ticket]:
    """Some with, some without a promised time; pairs reported at the same moment."""
    unpromised = CategoryFactory.create(department=category.department)
    tickets = [
        report_ticket(category if number % 2 else unpromised, reporter=resident) for number in range(7)
    ]
    now = timezone.now()
    for number, ticket in enumerate(tickets):
        Ticket.objects.filter(pk=ticket.pk).update(created_at=now - timedelta(hours=number // 2))
    return tickets


def walk(client: Any, link: str, direction: str) -> list[list[str]]:
    pages = []
    while link:
        page = client.get(link).json()
        pages.append([row["reference"] for row in page["results"]])
        link = page[direction]
    return pages


@pytest.mark.parametrize(
    "ordering",
    ["-created_at", "created_at", "due_at", "-due_at", "updated_at", "-updated_at", "priority", "-supports"],
)
def test_a_walk_sees_every_row_once_forwards_and_backwards(
    seven: list[Ticket], agent: User, ordering: str
) -> None:
    client = api_client(agent)
    whole = client.get(TICKETS, {"ordering": ordering}).json()
    everything = [row["reference"] for row in whole["results"]]
    assert (len(everything), whole["next"], whole["previous"]) == (7, None, None)

    pages = walk(client, f"{TICKETS}?ordering={ordering}&page_size=3", "next")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert functools.reduce(operator.iadd, pages, []) == everything

    second = client.get(f"{TICKETS}?ordering={ordering}&page_size=3").json()["next"]
    last = client.get(second).json()["next"]
    back = walk(client, last, "previous")
    assert functools.reduce(operator.iadd, reversed(back), []) == everything


@pytest.mark.parametrize("ordering", ["due_at", "-due_at"])
def test_rows_without_a_value_come_last_either_way(seven: list[Ticket], agent: User, ordering: str) -> None:
    rows = api_client(agent).get(TICKETS, {"ordering": ordering}).json()["results"]
    assert [row["due_at"] is None for row in rows] == [False] * 3 + [True] * 4


@pytest.mark.parametrize("ordering", ["-created_at", "created_at", "due_at"])
def test_tickets_that_come_in_meanwhile_disturb_no_walk(
    seven: list[Ticket], category: Category, agent: User, resident: User, ordering: str
) -> None:
    client = api_client(agent)
    before = {ticket.reference for ticket in seven}
    link = f"{TICKETS}?ordering={ordering}&page_size=2"
    seen: list[str] = []
    while link:
        page = client.get(link).json()
        seen += [row["reference"] for row in page["results"]]
        link = page["next"]
        if len(seen) < 7:
            report_ticket(category, reporter=resident)
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_a_page_keeps_its_filters(three: list[Ticket], agent: User) -> None:
    page = api_client(agent).get(TICKETS, {"status": "open,in_progress", "page_size": "1"}).json()
    follow = api_client(agent).get(page["next"]).json()
    assert [row["reference"] for row in follow["results"]] == [three[0].reference]
    assert follow["next"] is None


def test_a_cursor_of_another_order_or_with_a_changed_letter_is_refused(
    seven: list[Ticket], agent: User
) -> None:
    client = api_client(agent)
    link = client.get(TICKETS, {"page_size": "3"}).json()["next"]
    assert_problem(client.get(f"{link}&ordering=due_at"), 400)
    assert_problem(client.get(link[:-1] + ("A" if link[-1] != "A" else "B")), 400)


def test_a_standard_is_what_a_due_time_comes_from(category: Category) -> None:
    # The fixture above relies on it: a category without a standard promises nothing.
    other = CategoryFactory.create(department=category.department)
    assert report_ticket(other).due_at is None
    StandardFactory.create(category=other)
    assert report_ticket(other).due_at is not None
