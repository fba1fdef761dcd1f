"""The numbers of a month, from tickets that went their real ways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from accountability.actions.recording import catch_up
from accounts.models import User
from accounts.tests.factories import UserFactory
from common.months import Month
from departments.models import Category
from departments.tests.factories import CategoryFactory, DepartmentFactory, StandardFactory, staff_member
from reports.figures import CategoryFigures, Figures
from reports.queries import monthly_report, public_breaches
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import close_unanswered, resolve_ticket, withdraw_ticket
from tickets.actions.support import support_ticket
from tickets.actions.verification import dispute_resolution, verify_resolution
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.verification import code_for

pytestmark = pytest.mark.django_db
MARCH, APRIL = Month(2026, 3), Month(2026, 4)


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel("2026-03-10T08:00:00+02:00", tick=False) as moved:
        yield moved


@pytest.fixture
def category(clock: Traveller) -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department, capacity=100)


def resolve(ticket: Ticket, agent: User) -> None:
    resolve_ticket(ticket, note="Done.", acting_user=agent)


def verify(ticket: Ticket) -> None:
    code = code_for(ticket.verifications.pending().get())
    verify_resolution(ticket, code=code, acting_user=ticket.reporter)


def test_a_month_in_numbers(category: Category, agent: User, clock: Traveller) -> None:
    good, lapsed, disputed, late, gone = (report_ticket(category) for _number in range(5))
    support_ticket(good, acting_user=UserFactory.create())
    withdraw_ticket(gone, acting_user=gone.reporter)
    clock.shift(timedelta(hours=2))
    resolve(good, agent)
    verify(good)
    clock.shift(timedelta(hours=2))
    resolve(lapsed, agent)
    close_unanswered(lapsed, acting_user=None)
    resolve(disputed, agent)
    dispute_resolution(disputed, reason="Still running", acting_user=disputed.reporter)
    clock.shift(timedelta(days=2))
    expire_due_tickets(acting_user=None)
    catch_up(category.organisation.pk)

    report = monthly_report(category.organisation, MARCH)

    (water,) = report.departments
    assert water.name == category.department.name
    assert (
        water.figures
        == report.total
        == Figures(
            logged=4,
            closed=2,
            verified=1,
            unverified=1,
            overdue=2,
            expired=2,
            without_remedy=2,
            reopened=1,
            supports=1,
            median_hours=3.0,
        )
    )
    assert (water.figures.verified_share, water.figures.verified_percent) == (0.5, 50)
    assert report.categories == [
        CategoryFigures("Burst pipe", category.department.name, logged=4, closed=2, verified=1, supports=1)
    ]
    assert {breach.ticket for breach in public_breaches(category.organisation)} == {late, disputed}


def test_a_month_begins_at_midnight_of_the_organisations_own_zone(
    category: Category, clock: Traveller
) -> None:
    clock.move_to("2026-03-31T23:59:00+02:00")
    report_ticket(category)
    clock.move_to("2026-04-01T00:01:00+02:00")
    report_ticket(category)
    assert monthly_report(category.organisation, MARCH).total.logged == 1
    assert monthly_report(category.organisation, APRIL).total.logged == 1


def test_without_answers_there_is_no_share(category: Category) -> None:
    report = monthly_report(category.organisation, MARCH)
    assert (report.total.verified_share, report.total.median_hours) == (None, None)
    assert [row.figures for row in report.departments] == [Figures()]
    assert report.categories == []


def test_an_organisation_without_accounts_counts_expiries_by_their_tickets(
    category: Category, clock: Traveller
) -> None:
    organisation = category.organisation
    organisation.accountability_enabled = False
    organisation.save()
    report_ticket(category)
    clock.shift(timedelta(days=2))
    expire_due_tickets(acting_user=None)
    assert monthly_report(organisation, MARCH).total.expired == 1


def test_another_organisations_tickets_do_not_count(category: Category) -> None:
    report_ticket(burst_pipe_category())
    assert monthly_report(category.organisation, MARCH).total == Figures()


def test_ratings_are_averaged_with_their_number_and_codes_read_out_are_counted(
    category: Category, agent: User, clock: Traveller
) -> None:
    for rating in (5, 4, None):
        ticket = report_ticket(category)
        resolve(ticket, agent)
        code = code_for(ticket.verifications.get())
        verify_resolution(ticket, code=code, rating=rating, acting_user=agent if rating is None else None)
    clock.move_to("2026-04-02T10:00:00+02:00")
    late = report_ticket(category)
    resolve(late, agent)
    verify_resolution(late, code=code_for(late.verifications.get()), rating=1, acting_user=None)

    total = monthly_report(category.organisation, MARCH).total

    assert (total.ratings, total.rating_average, total.witnessed) == (2, 4.5, 1)
    assert monthly_report(category.organisation, APRIL).total.rating_average == 1.0


def queries_for(category: Category) -> int:
    with CaptureQueriesContext(connection) as asked:
        monthly_report(category.organisation, MARCH)
    return len(asked)


def test_three_departments_cost_as_many_queries_as_one(category: Category, agent: User) -> None:
    resolve(report_ticket(category), agent)
    one = queries_for(category)
    for name in ("Roads", "Parks"):
        department = DepartmentFactory.create(organisation=category.organisation, name=name)
        other = CategoryFactory.create(department=department, name=name)
        StandardFactory.create(category=other)
        report_ticket(other)
    assert len(monthly_report(category.organisation, MARCH).departments) == 3
    assert queries_for(category) == one == 10
