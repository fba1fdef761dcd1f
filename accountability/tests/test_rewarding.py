"""Points cannot be farmed: a cap for each person, rule and month, and nothing for one's own reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accountability.actions.points import (
    CapOfPenalty,
    CapOutOfRange,
    change_rule,
    reverse_entry,
)
from accountability.actions.recording import catch_up, hold_accountable
from accountability.models import PointsEntry, PointsRule
from accounts.enums import Role
from accounts.models import User
from departments.models import Category
from departments.tests.factories import (
    CategoryFactory,
    DepartmentFactory,
    DepartmentMemberFactory,
    staff_member,
)
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.rating import rate_resolution
from tickets.actions.verification import verify_resolution
from tickets.enums import EventKind, Source
from tickets.models import Ticket, TicketEvent
from tickets.tests.api import ROOT, api_client
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.together import all_at_once
from tickets.verification import code_for

pytestmark = pytest.mark.django_db
# The last hours of a month in Pretoria, in UTC still before its end.
NOVEMBER = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def sipho(category: Category) -> User:
    return staff_member(category.department, full_name="Sipho Nkosi", capacity=500)


@pytest.fixture
def nomsa(category: Category) -> User:
    boss = staff_member(category.department, role=Role.ORGANISATION_ADMIN)
    boss.department_memberships.update(is_available=False)
    return boss


def cap(category: Category, boss: User, most: int | None, *, points: int = 10) -> PointsRule:
    """Put a version with this cap in force; the first one comes with the first ticket that is fixed."""
    organisation = category.organisation
    rules = PointsRule.objects.in_force(organisation.pk).for_kind(EventKind.VERIFIED)
    if not rules.exists():
        fixed(report_ticket(category))
    return change_rule(rules.get(), points=points, monthly_cap=most, acting_user=boss)


def fixed(ticket: Ticket) -> TicketEvent:
    """Proven to be fixed, and accounted for."""
    event = proven(ticket)
    hold_accountable([event.pk])
    return event


def proven(ticket: Ticket) -> TicketEvent:
    resolve_ticket(ticket, note="Done.", acting_user=None)
    code = code_for(ticket.verifications.pending().get())
    verify_resolution(ticket, code=code, acting_user=None)
    return ticket.events.get(kind=EventKind.VERIFIED)


def earned(*events: TicketEvent, person: User | None) -> list[int]:
    found = dict(
        PointsEntry.objects.filter(event__in=events, person=person).values_list("event_id", "points")
    )
    return [found.get(event.pk, 0) for event in events]


@pytest.fixture
def capped(category: Category, sipho: User, nomsa: User) -> Any:
    """Sipho can get 25 more points in November, ten for each ticket."""
    with time_machine.travel(NOVEMBER - timedelta(days=40), tick=False):
        cap(category, nomsa, 25)
    with time_machine.travel(NOVEMBER, tick=False) as travel:
        yield travel


def test_the_reward_that_goes_over_the_cap_gives_what_is_left_and_the_next_nothing(
    category: Category, sipho: User, capped: Any
) -> None:
    events = [fixed(report_ticket(category)) for _number in range(4)]
    assert earned(*events, person=sipho) == [10, 10, 5, 0]
    assert earned(*events, person=None) == [10, 10, 10, 10]


def test_many_at_once_and_told_again_come_to_the_same(category: Category, sipho: User, capped: Any) -> None:
    events = [proven(report_ticket(category)) for _number in range(4)]
    for _time in range(2):
        hold_accountable([event.pk for event in events])
        assert earned(*events, person=sipho) == [10, 10, 5, 0]
    catch_up(category.organisation_id)
    assert earned(*events, person=sipho) == [10, 10, 5, 0]


def test_the_next_month_begins_anew_where_the_organisation_is(
    category: Category, sipho: User, capped: Any
) -> None:
    before = [fixed(report_ticket(category)) for _number in range(3)]
    # Midnight in Pretoria, not yet in UTC.
    capped.move_to(NOVEMBER + timedelta(hours=2))
    after = [fixed(report_ticket(category)) for _number in range(3)]
    assert earned(*before, *after, person=sipho) == [10, 10, 5, 10, 10, 5]


def test_each_person_has_a_cap_of_their_own(category: Category, sipho: User, capped: Any) -> None:
    tickets = [report_ticket(category) for _number in range(3)]
    sipho.department_memberships.update(is_available=False)
    naledi = staff_member(category.department)
    tickets.append(report_ticket(category))
    events = [fixed(ticket) for ticket in tickets]
    assert earned(*events, person=sipho) == [10, 10, 5, 0]
    assert earned(*events, person=naledi) == [0, 0, 0, 10]


def test_what_earlier_versions_gave_and_what_was_reversed_counts_towards_the_cap(
    category: Category, sipho: User, nomsa: User, capped: Any
) -> None:
    first, second = (fixed(report_ticket(category)) for _number in range(2))
    reverse_entry(PointsEntry.objects.get(event=first, person=sipho), reason="Wrong.", acting_user=nomsa)
    capped.shift(60)
    cap(category, nomsa, 30, points=20)
    capped.shift(60)
    third = fixed(report_ticket(category))
    assert earned(second, third, person=sipho) == [10, 10]
    capped.shift(60)
    cap(category, nomsa, None, points=20)
    capped.shift(60)
    assert earned(fixed(report_ticket(category)), person=sipho) == [20]


def test_points_from_several_departments_count_together(category: Category, sipho: User, capped: Any) -> None:
    roads = CategoryFactory.create(department=DepartmentFactory.create(organisation=category.organisation))
    DepartmentMemberFactory.create(department=roads.department, user=sipho, capacity=500)
    events = [fixed(report_ticket(kind)) for kind in (category, roads, category, roads)]
    assert earned(*events, person=sipho) == [10, 10, 5, 0]


# One's own reports


def test_nobody_is_rewarded_for_a_ticket_which_they_reported_themselves(
    category: Category, sipho: User
) -> None:
    event = fixed(report_ticket(category, reporter=sipho))
    assert (earned(event, person=sipho), earned(event, person=None)) == ([0], [10])


@pytest.mark.parametrize(
    "address", [{"email": "Sipho@Water.example"}, {"phone": "082 555 1234"}], ids=["mail", "phone"]
)
def test_nor_for_one_that_came_from_their_address_without_their_account(
    category: Category, sipho: User, address: dict[str, Any]
) -> None:
    User.objects.filter(pk=sipho.pk).update(email="sipho@water.example", phone="+27825551234")
    ticket = create_ticket(
        category.organisation,
        Report(title="Burst pipe", category=category),
        reporter=Reporter(name="A neighbour", **address),
        source=Source.WEB,
        acting_user=None,
    )
    event = fixed(ticket)
    assert (earned(event, person=sipho), earned(event, person=None)) == ([0], [10])


# Rules with a cap


def everything() -> list[Any]:
    return [list(model._default_manager.order_by("pk").values()) for model in (PointsEntry, PointsRule)]


@pytest.mark.parametrize(
    ("points", "most", "refusal"),
    [
        (10, 0, CapOutOfRange),
        (10, -5, CapOutOfRange),
        (10, 100_001, CapOutOfRange),
        (-10, 30, CapOfPenalty),
    ],
)
def test_a_cap_that_makes_no_sense_is_refused(
    category: Category, sipho: User, nomsa: User, points: int, most: int, refusal: Any
) -> None:
    rule = cap(category, nomsa, 40)
    before = everything()
    with pytest.raises(refusal) as caught:
        change_rule(rule, points=points, monthly_cap=most, acting_user=nomsa)
    assert (caught.value.field, everything()) == ("monthly_cap", before)


@pytest.mark.parametrize("wrong", [{"monthly_cap": 0}, {"points": -10}])
def test_the_database_refuses_such_a_cap_too(
    category: Category, sipho: User, nomsa: User, wrong: dict[str, int]
) -> None:
    rule = cap(category, nomsa, 40)
    with pytest.raises(IntegrityError, match="pointsrule_cap_is_of_a_reward"), transaction.atomic():
        PointsRule.objects.filter(pk=rule.pk).update(**wrong)


def test_the_console_shows_the_cap_and_takes_another(category: Category, sipho: User, nomsa: User) -> None:
    rule, client = cap(category, nomsa, 40), Client()
    client.force_login(nomsa)
    page = f"/console/accountability/pointsrule/{rule.pk}/change/"
    assert "at most 40 points a person and month" in client.get(page).content.decode()
    before = everything()
    for typed in ("0", "-3", "many", "1.5"):
        answer = client.post(page, {"points": "10", "monthly_cap": typed})
        assert (answer.status_code, everything()) == (409, before)
    answer = client.post(page, {"points": "10", "monthly_cap": "60"})
    assert answer.status_code == 302
    found = PointsRule.objects.get(code=rule.code, retired_at=None)
    assert (found.version, found.points, found.monthly_cap) == (rule.version + 1, 10, 60)
    listed = client.get("/console/accountability/pointsrule/").content.decode()
    assert "at most in a month" in listed.lower()


def test_the_ledger_over_http_says_the_cap_of_the_version(
    category: Category, sipho: User, nomsa: User, capped: Any
) -> None:
    fixed(report_ticket(category))
    rows = api_client(sipho).get(f"{ROOT}/points/", {"person": str(sipho.pk)}).json()["results"]
    assert [row["rule"]["monthly_cap"] for row in rows] == [25, None]


def test_the_limits_take_as_many_queries_for_three_rewards_as_for_one(
    category: Category, sipho: User, capped: Any
) -> None:
    counts = []
    for number in (1, 3):
        events = [proven(report_ticket(category)).pk for _number in range(number)]
        with CaptureQueriesContext(connection) as asked:
            hold_accountable(events)
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_two_who_account_at_once_never_give_more_than_the_cap(
    category: Category, sipho: User, nomsa: User
) -> None:
    with time_machine.travel(NOVEMBER - timedelta(days=40), tick=False):
        cap(category, nomsa, 15)
    with time_machine.travel(NOVEMBER, tick=False):
        events = [proven(report_ticket(category)) for _number in range(4)]
    all_at_once([partial(hold_accountable, [event.pk]) for event in events])
    assert sorted(earned(*events, person=sipho)) == [0, 0, 5, 10]
    assert earned(*events, person=None) == [10, 10, 10, 10]


# Ratings


def rated(category: Category, rating: int) -> TicketEvent:
    ticket = report_ticket(category)
    resolve_ticket(ticket, note="Done.", acting_user=None)
    code = code_for(ticket.verifications.pending().get())
    verify_resolution(ticket, code=code, rating=rating, acting_user=ticket.reporter)
    event = ticket.events.get(kind=EventKind.RATED)
    hold_accountable([event.pk])
    return event


def test_four_and_five_of_five_earn_and_three_does_not(category: Category, sipho: User) -> None:
    events = [rated(category, rating) for rating in (5, 4, 3)]
    assert earned(*events, person=sipho) == [5, 5, 0]
    assert earned(*events, person=None) == [5, 5, 0]
    assert set(PointsEntry.objects.values_list("rule__code", flat=True)) == {"well_rated"}


def test_a_ticket_is_well_rated_once_however_often_one_changes_ones_mind(
    category: Category, sipho: User
) -> None:
    first = rated(category, 5)
    for rating in (2, 4):
        rate_resolution(first.ticket, rating=rating, acting_user=first.ticket.reporter)
    events = first.ticket.events.filter(kind=EventKind.RATED).order_by("pk")
    hold_accountable([event.pk for event in events])
    assert earned(*events, person=sipho) == [5, 0, 0]


def test_an_organisation_with_rules_of_before_gets_the_new_one(category: Category, sipho: User) -> None:
    fixed(report_ticket(category))
    PointsRule.objects.filter(code="well_rated").delete()
    event = rated(category, 5)
    assert earned(event, person=sipho) == [5]
    assert PointsRule.objects.filter(code="well_rated").count() == 1
