"""The board of a month in the console, and the same as a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accountability.actions.recording import hold_accountable
from accountability.queries import MINIMUM_SAMPLE, leaderboard, people_board
from accountability.tests.test_points import penalty, reward
from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import MembershipFactory
from common.months import Month
from departments.models import Category, Department
from departments.tests.factories import DepartmentFactory, staff_member
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import resolve_ticket
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
PAGE = "/console/accountability/pointsentry/board/"
FILE = "/console/accountability/pointsentry/board.csv"
LOGIN = "/console/login/"
LINE = re.compile(r'<tr(?: class="c-board__own")?>\s*<th scope="row">.*?</tr>', re.DOTALL)


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def sipho(category: Category) -> User:
    return staff_member(category.department, full_name="Sipho Nkosi", capacity=500)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def people_of(department: Department) -> dict[str, str]:
    return {"department": str(department.pk)}


def shown_lines(page: str) -> list[list[str]]:
    """Place or "–", name and figures of each line, as they are read on the page."""
    lines = []
    for row in LINE.findall(page):
        (name,) = re.findall(r'<span class="c-step__number"[^>]*>(.*?)</span><span>([^<]*)', row)
        lines.append([*(part.strip() for part in name), *re.findall(r"<td[^>]*>(?:<strong>)?([^<]*)", row)])
    return lines


def file_lines(client: Client, **asked: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(FILE, asked).content.decode("utf-8-sig"))))


# What stands on it


def test_people_stand_on_the_board_of_their_department_with_what_they_earned_and_resolved(
    category: Category, sipho: User
) -> None:
    for _time in range(MINIMUM_SAMPLE):
        reward(category, sipho)
    penalty(category, sipho)
    client = signed_in(sipho)
    page = client.get(PAGE, people_of(category.department)).content.decode()
    assert shown_lines(page) == [["1", "Sipho Nkosi", "45", "50", "-5", "5", "0", "6"]]
    assert "you</span>" in page
    assert f"from {MINIMUM_SAMPLE} events on" in page
    month = str(Month.of(timezone.now(), timezone.get_default_timezone()))
    heading, line = file_lines(client, **people_of(category.department))
    assert heading == [
        *("month", "place", "person", "points", "rewards", "penalties"),
        *("resolved in time", "resolved late", "events"),
    ]
    assert line == [month, "1", "Sipho Nkosi", "45", "50", "-5", "5", "0", "6"]


def test_a_small_sample_has_no_place_and_says_why(category: Category, sipho: User) -> None:
    reward(category, sipho)
    page = signed_in(sipho).get(PAGE).content.decode()
    assert shown_lines(page) == [["–", category.department.name, "10", "10", "0", "1", "0", "1"]]
    assert "too few events for a place" in page
    assert file_lines(signed_in(sipho))[1][1] == ""


def test_what_was_resolved_counts_in_time_or_late_before_it_earns_anything(
    category: Category, sipho: User
) -> None:
    resolve_ticket(report_ticket(category), note="Done.", acting_user=sipho)
    month = Month.of(timezone.now(), timezone.get_default_timezone())
    (ours,), (mine,) = leaderboard(category.organisation, month), people_board(category.department, month)
    assert (ours.key, ours.points, ours.in_time, ours.late) == (category.department.pk, 0, 1, 0)
    assert (mine.key, mine.sample, mine.in_time, mine.late) == (sipho.pk, 0, 1, 0)


def test_a_fix_after_the_promise_is_late_and_one_that_did_not_hold_counts_nowhere(
    category: Category, sipho: User
) -> None:
    penalty(category, sipho)
    ticket = report_ticket(category)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False) as clock:
        expire_due_tickets(acting_user=None)
        clock.shift(timedelta(hours=1))
        resolve_ticket(ticket, note="Done.", acting_user=sipho)
        hold_accountable([ticket.events.get(kind=EventKind.EXPIRED).pk])
        month = Month.of(timezone.now(), timezone.get_default_timezone())
    (mine,) = people_board(category.department, month)
    assert (mine.in_time, mine.late) == (0, 1)


@pytest.mark.parametrize("asked", [{}, {"month": "2020-01"}])
def test_an_empty_month_says_so(category: Category, sipho: User, asked: dict[str, str]) -> None:
    page = signed_in(sipho).get(PAGE, asked).content.decode()
    assert (shown_lines(page), "Nobody" in page) == ([], True)
    assert len(file_lines(signed_in(sipho), **asked)) == 1


def test_months_beside_it_are_linked_and_one_to_come_is_the_present_one(
    category: Category, sipho: User
) -> None:
    present = Month.of(timezone.now(), timezone.get_default_timezone())
    client = signed_in(sipho)
    now, past = client.get(PAGE).content.decode(), client.get(PAGE, {"month": "2020-01"}).content.decode()
    assert ('rel="prev"' in now, 'rel="next"' in now) == (True, False)
    assert ("month=2019-12" in past, "month=2020-02" in past) == (True, True)
    ahead = client.get(PAGE, {"month": "2090-01"}).content.decode()
    assert f'value="{present}"' in ahead


@pytest.mark.parametrize("month", ["november", "2026-13", "2026-11-01", "\x00", "9999-01", "-1"])
def test_a_month_that_is_none_is_refused_with_a_sentence(category: Category, sipho: User, month: str) -> None:
    client = signed_in(sipho)
    shown = client.get(PAGE, {"month": month})
    assert (shown.status_code, "Write the month like 2026-11." in shown.content.decode()) == (400, True)
    assert client.get(FILE, {"month": month}).status_code == 400


def test_a_name_is_no_formula_in_the_file_and_no_markup_on_the_page(category: Category) -> None:
    agent = staff_member(category.department, full_name='=HYPERLINK("https://x")', capacity=500)
    category.department.name = "<script>alert(1)</script>"
    category.department.save()
    reward(category, agent)
    client = signed_in(agent)
    assert file_lines(client, **people_of(category.department))[1][2] == '\'=HYPERLINK("https://x")'
    assert "<script>alert(1)" not in client.get(PAGE).content.decode()


# Who reads it


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [
        (Role.AGENT, 200, 404),
        (Role.DEPARTMENT_ADMIN, 200, 404),
        (Role.ORGANISATION_ADMIN, 200, 200),
        (Role.AUDITOR, 200, 200),
    ],
)
def test_people_are_compared_before_their_department_and_who_sees_all_work(
    category: Category, sipho: User, role: Role, own: int, other: int
) -> None:
    reward(category, sipho)
    elsewhere = DepartmentFactory.create(organisation=category.organisation)
    client = signed_in(staff_member(category.department, role=role))
    for address in (PAGE, FILE):
        answers = [
            client.get(address, people_of(row)).status_code for row in (category.department, elsewhere)
        ]
        assert answers == [own, other]
    page = client.get(PAGE).content.decode()
    assert [str(row.pk) in page for row in (category.department, elsewhere)] == [True, other == 200]
    assert category.department.name in page


def test_another_organisation_does_not_exist_and_nobody_outside_reads_a_board(
    category: Category, sipho: User
) -> None:
    reward(category, sipho)
    foreign = burst_pipe_category()
    client = signed_in(staff_member(foreign.department, role=Role.ORGANISATION_ADMIN))
    for asked in (
        {"organisation": category.organisation.slug},
        people_of(category.department),
        {"organisation": foreign.organisation.slug, **people_of(category.department)},
        {"department": "none"},
    ):
        assert [client.get(address, asked).status_code for address in (PAGE, FILE)] == [404, 404]
    assert category.department.name not in [cell for line in file_lines(client) for cell in line]
    resident = MembershipFactory.create(organisation=category.organisation, role=Role.RESIDENT).user
    for outsider in (signed_in(resident), Client()):
        assert [outsider.get(address)["Location"].split("?")[0] for address in (PAGE, FILE)] == [LOGIN, LOGIN]


def test_there_is_no_board_where_no_account_is_kept(category: Category, sipho: User) -> None:
    reward(category, sipho)
    category.organisation.accountability_enabled = False
    category.organisation.save()
    client = signed_in(sipho)
    for asked in ({}, people_of(category.department)):
        page = client.get(PAGE, asked)
        assert (page.status_code, shown_lines(page.content.decode())) == (200, [])
        assert "keeps no account" in page.content.decode()
        assert client.get(FILE, asked).status_code == 404


def test_the_menu_leads_to_it(category: Category, sipho: User) -> None:
    assert f'href="{PAGE}"' in signed_in(sipho).get("/console/").content.decode()


# What it costs


def test_a_board_takes_as_many_queries_for_three_as_for_one(category: Category, sipho: User) -> None:
    client, counts = signed_in(sipho), []
    client.get(PAGE)
    for more in (1, 2):
        for number in range(more):
            # The only one who is there gets the ticket.
            category.department.members.update(is_available=False)
            reward(category, staff_member(category.department, full_name=f"Agent {more}{number}"))
        for address in (PAGE, FILE):
            with CaptureQueriesContext(connection) as queries:
                client.get(address, people_of(category.department))
            counts.append(len(queries))
    assert len(file_lines(client, **people_of(category.department))) == 4
    assert counts[:2] == counts[2:]
