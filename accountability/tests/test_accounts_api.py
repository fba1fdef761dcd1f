"""The record, the ledger, the boards and appeals, over HTTP."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accountability.actions.recording import hold_accountable
from accountability.models import Breach, PointsAppeal, PointsEntry
from accountability.queries import MINIMUM_SAMPLE
from accounts.actions.keys import issue_key
from accounts.enums import Role, Scope
from accounts.models import User
from accounts.tests.factories import MembershipFactory
from departments.models import Category
from departments.tests.factories import DepartmentFactory, staff_member
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.movement import transfer_ticket
from tickets.enums import EventKind
from tickets.models import TicketEvent
from tickets.tests.api import ROOT, api_client, assert_problem
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def sipho(category: Category) -> User:
    return staff_member(category.department, full_name="Sipho Nkosi", capacity=500)


@pytest.fixture
def johan(category: Category) -> User:
    admin = staff_member(category.department, role=Role.DEPARTMENT_ADMIN, full_name="Johan Nkosi")
    admin.department_memberships.update(is_available=False)
    return admin


@pytest.fixture
def nomsa(category: Category) -> User:
    return MembershipFactory.create(organisation=category.organisation, role=Role.ORGANISATION_ADMIN).user


def miss(category: Category, count: int = 1) -> None:
    """So many promises, missed by whoever is free."""
    for _number in range(count):
        report_ticket(category)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
    hold_accountable(list(TicketEvent.objects.filter(kind=EventKind.EXPIRED).values_list("pk", flat=True)))


def get(path: str, user: Any, **query: Any) -> Any:
    return api_client(user).get(f"{ROOT}/{path}/", query)


def post(path: str, user: Any, **body: Any) -> Any:
    return api_client(user).post(f"{ROOT}/{path}/", body, format="json")


def rows(path: str, user: Any, **query: Any) -> list[dict[str, Any]]:
    response = get(path, user, **query)
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["results"]
    return found


def everything() -> list[Any]:
    models = (Breach, PointsEntry, PointsAppeal)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def refused(response: Any, status: int, code: str, before: list[Any]) -> None:
    assert_problem(response, status, code)
    assert everything() == before


def penalty_of(person: User) -> PointsEntry:
    return PointsEntry.objects.filter(person=person, points__lt=0).order_by("pk")[:1].get()


def strangers(category: Category) -> list[User]:
    """Somebody of another department, who may list, and somebody of another organisation."""
    elsewhere = DepartmentFactory.create(organisation=category.organisation)
    return [staff_member(elsewhere), staff_member(burst_pipe_category().department, role=Role.AGENT)]


# Missed promises


def test_a_breach_says_who_held_the_ticket_and_takes_the_remedy_once(
    category: Category, sipho: User, johan: User
) -> None:
    miss(category)
    (shown,) = rows("breaches", sipho)
    breach = Breach.objects.get()
    assert (shown["ticket"]["reference"], shown["promise"], shown["cause"]) == (
        breach.ticket.reference,
        "resolve",
        "not_started",
    )
    assert (shown["department"]["name"], shown["assignee"]["full_name"]) == (
        category.department.name,
        "Sipho Nkosi",
    )
    (part,) = shown["custody_split"]
    assert (part["seconds"], part["share"]) == (24 * 3600, 100)
    assert part["agents"] == [{"agent": str(sipho.pk), "seconds": 24 * 3600}]
    answer = post(f"breaches/{breach.pk}/remedy", johan, note="Second team from Monday.")
    assert (answer.status_code, answer.json()["remedied_by"]["full_name"]) == (200, "Johan Nkosi")
    assert get(f"breaches/{breach.pk}", sipho).json()["remedy_note"] == "Second team from Monday."
    before = everything()
    refused(post(f"breaches/{breach.pk}/remedy", johan, note="Third."), 409, "remedy_written", before)


def test_a_breach_says_which_department_was_over_its_own_target(
    category: Category, sipho: User, nomsa: User
) -> None:
    roads = DepartmentFactory.create(organisation=category.organisation)
    for department in (category.department, roads):
        department.custody_target_seconds = 20 * 3600
        department.save(update_fields=["custody_target_seconds"])
    ticket = report_ticket(category)
    with time_machine.travel(ticket.created_at + timedelta(hours=21), tick=False):
        transfer_ticket(ticket, department=roads, reason="A drain.", acting_user=sipho)
    miss(category)
    breach = Breach.objects.get(ticket=ticket)
    split = get(f"breaches/{breach.pk}", nomsa).json()["custody_split"]
    assert [(part["seconds"] // 3600, part["over_target"]) for part in split] == [(21, True), (3, False)]
    client = Client()
    client.force_login(staff_member(category.department, role=Role.DEPARTMENT_ADMIN))
    page = client.get(f"/console/accountability/breach/{breach.pk}/change/").content.decode()
    assert page.count("over its target") == 1


def test_a_remedy_is_refused_to_others_and_without_words(
    category: Category, sipho: User, johan: User
) -> None:
    miss(category)
    path, before = f"breaches/{Breach.objects.get().pk}/remedy", everything()
    refused(post(path, sipho, note="Mine."), 403, "not_allowed", before)
    for body in ({}, {"note": " "}, {"note": "x" * 2001}, {"note": "a\x00b"}, {"note": "x", "colour": "red"}):
        refused(post(path, johan, **body), 400, "invalid", before)
    for stranger in strangers(category):
        refused(post(path, stranger, note="Ours."), 404, "not_found", before)
    refused(post(path, None, note="Mine."), 401, "not_authenticated", before)


def test_breaches_are_filtered_and_nonsense_is_refused(category: Category, sipho: User) -> None:
    miss(category, 2)
    one = Breach.objects.select_related("ticket").order_by("pk")[:1].get()
    for query, count in (
        ({"department": category.department.code}, 2),
        ({"department": "nobody"}, 0),
        ({"ticket": one.ticket.reference}, 1),
        ({"promise": "respond"}, 0),
        ({"cause": "not_started,handed_on"}, 2),
        ({"is_remedied": "true"}, 0),
        ({"is_remedied": "false"}, 2),
    ):
        assert len(rows("breaches", sipho, **query)) == count, query
    for query in ({"colour": "red"}, {"cause": "rain"}, {"is_remedied": "perhaps"}, {"ordering": "cause"}):
        assert list(assert_problem(get("breaches", sipho, **query), 400)["errors"]) == list(query)


# The ledger


def test_the_ledger_shows_own_entries_and_the_departments(
    category: Category, sipho: User, johan: User
) -> None:
    miss(category)
    shown = rows("points", sipho)
    assert {(row["points"], row["person"] and row["person"]["full_name"]) for row in shown} == {
        (-10, "Sipho Nkosi"),
        (-10, None),
    }
    assert {(row["rule"]["code"], row["rule"]["version"], row["is_reversed"]) for row in shown} == {
        ("expired", 1, False)
    }
    assert [row["id"] for row in rows("points", johan, person=sipho.pk)] == [str(penalty_of(sipho).pk)]
    assert len(rows("points", johan, is_departments="true", rule="expired")) == 1
    for stranger in strangers(category):
        assert rows("points", stranger) == []
    assert_problem(get("points", None), 401)


def test_residents_and_keys_without_every_right_read_no_ledger(
    category: Category, sipho: User, nomsa: User
) -> None:
    miss(category)
    resident = MembershipFactory.create(organisation=category.organisation, role=Role.RESIDENT).user
    for path in ("points", "breaches", "appeals"):
        assert_problem(get(path, resident), 403, "not_allowed")
    for scopes, statuses in ((["tickets:read"], [403, 403]), ([Scope.ADMIN], [200, 200])):
        issued = issue_key(category.organisation, name="Shop", scopes=scopes, acting_user=nomsa)
        client = api_client()
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {issued.secret}")
        answers = [client.get(f"{ROOT}/{path}/").status_code for path in ("points", "breaches")]
        assert answers == statuses


# Boards


def test_departments_are_compared_for_everybody_with_the_sample_stated(
    category: Category, sipho: User
) -> None:
    miss(category, MINIMUM_SAMPLE - 1)
    shown = get("leaderboards", None, organisation=category.organisation.slug).json()
    assert (shown["kind"], shown["minimum_sample"], shown["is_kept"]) == ("departments", MINIMUM_SAMPLE, True)
    line = {"id": str(category.department.pk), "name": category.department.name, "rewards": 0}
    line |= {"resolved_in_time": 0, "resolved_late": 0}
    few = line | {"rank": None, "sample": 4, "points": -40, "penalties": -40}
    assert shown["standings"] == [few]
    miss(category)
    shown = get("leaderboards", None, organisation=category.organisation.slug).json()
    assert shown["standings"] == [line | {"rank": 1, "sample": 5, "points": -50, "penalties": -50}]
    empty = get("leaderboards", None, organisation=category.organisation.slug, month="2020-01").json()
    assert (empty["month"], empty["standings"]) == ("2020-01", [])


def test_people_are_compared_within_a_department_for_its_own(
    category: Category, sipho: User, johan: User, nomsa: User
) -> None:
    miss(category, MINIMUM_SAMPLE)
    asked = {"kind": "people", "department": category.department.code}
    for person in (sipho, johan, nomsa):
        shown = get("leaderboards", person, **asked).json()
        (line,) = shown["standings"]
        assert (line["name"], line["rank"], line["points"]) == ("Sipho Nkosi", 1, -50)
        assert shown["department"]["id"] == str(category.department.pk)
    colleague, foreigner = strangers(category)
    resident = MembershipFactory.create(organisation=category.organisation, role=Role.RESIDENT).user
    slug = category.organisation.slug
    for reader in (None, colleague, foreigner, resident):
        assert_problem(get("leaderboards", reader, **asked, organisation=slug), 403, "not_allowed")


def test_boards_refuse_nonsense_and_are_empty_where_no_account_is_kept(
    category: Category, sipho: User
) -> None:
    miss(category)
    for query, field in (
        ({"month": "2026-13"}, "month"),
        ({"month": "soon"}, "month"),
        ({"kind": "pets"}, "kind"),
        ({"kind": "people"}, "department"),
        ({"kind": "people", "department": "nobody"}, "department"),
        ({"department": category.department.code}, "department"),
        ({"colour": "red"}, "colour"),
    ):
        assert list(assert_problem(get("leaderboards", sipho, **query), 400)["errors"]) == [field]
    category.organisation.accountability_enabled = False
    category.organisation.save()
    shown = get("leaderboards", sipho).json()
    assert (shown["is_kept"], shown["standings"]) == (False, [])


# Appeals


def test_an_agent_appeals_and_a_department_admin_decides_once(
    category: Category, sipho: User, johan: User
) -> None:
    miss(category)
    entry = penalty_of(sipho)
    made = post("appeals", sipho, entry=str(entry.pk), reason="The road was closed.")
    assert (made.status_code, made.json()["state"], made.json()["points"]) == (201, "open", -10)
    assert [row["id"] for row in rows("appeals", johan, state="open")] == [made.json()["id"]]
    path = f"appeals/{made.json()['id']}/decide"
    granted = post(path, johan, decision="grant", reason="It was.").json()
    assert (granted["state"], granted["decided_by"]["full_name"]) == ("granted", "Johan Nkosi")
    assert sorted(row["points"] for row in rows("points", sipho, person=sipho.pk)) == [-10, 10]
    before = everything()
    refused(post(path, johan, decision="refuse", reason="No."), 409, "appeal_decided", before)
    refused(post("appeals", sipho, entry=str(entry.pk), reason="Again."), 409, "already_reversed", before)


def test_a_refused_appeal_leaves_the_points(category: Category, sipho: User, nomsa: User) -> None:
    miss(category)
    made = post("appeals", sipho, entry=str(penalty_of(sipho).pk), reason="The road was closed.").json()
    points = list(PointsEntry.objects.order_by("pk").values())
    shown = post(f"appeals/{made['id']}/decide", nomsa, decision="refuse", reason="It was open.").json()
    assert (shown["state"], shown["decision_note"], shown["reversal"]) == ("refused", "It was open.", None)
    assert list(PointsEntry.objects.order_by("pk").values()) == points


def test_appeals_that_make_no_sense_are_refused_and_change_nothing(
    category: Category, sipho: User, johan: User
) -> None:
    miss(category)
    entry, before = str(penalty_of(sipho).pk), everything()
    for body in (
        {"reason": "Why?"},
        {"entry": "first", "reason": "Why?"},
        {"entry": str(uuid.uuid4()), "reason": "Why?"},
        {"entry": entry, "reason": " "},
        {"entry": entry, "reason": "x" * 2001},
        {"entry": entry, "reason": "Why?", "points": 5},
    ):
        assert_problem(post("appeals", sipho, **body), 400)
        assert everything() == before
    refused(post("appeals", johan, entry=entry, reason="His."), 403, "not_allowed", before)
    for stranger in strangers(category):
        refused(post("appeals", stranger, entry=entry, reason="Ours."), 400, "unknown", before)
    refused(post("appeals", None, entry=entry, reason="Mine."), 401, "not_authenticated", before)


def test_nobody_decides_about_their_own_appeal_and_others_do_not_see_it(
    category: Category, sipho: User, johan: User
) -> None:
    miss(category)
    made = post("appeals", sipho, entry=str(penalty_of(sipho).pk), reason="The road was closed.").json()
    path, before = f"appeals/{made['id']}/decide", everything()
    said = {"decision": "grant", "reason": "Mine."}
    refused(post(path, sipho, **said), 403, "not_allowed", before)
    for stranger in (*strangers(category), staff_member(category.department)):
        refused(post(path, stranger, **said), 404, "not_found", before)
        assert rows("appeals", stranger) == []
    for body in ({"decision": "perhaps", "reason": "So."}, {"decision": "grant"}, {"reason": "So."}):
        refused(post(path, johan, **body), 400, "invalid", before)


# Cost


@pytest.mark.parametrize("path", ["breaches", "points", "appeals", "leaderboards"])
def test_lists_cost_the_same_for_one_row_and_three(
    path: str, category: Category, sipho: User, johan: User
) -> None:
    counts = []
    for more in (1, 2):
        miss(category, more)
        for entry in PointsEntry.objects.filter(person=sipho, appeals__isnull=True):
            assert post("appeals", sipho, entry=str(entry.pk), reason="No.").status_code == 201
        with CaptureQueriesContext(connection) as captured:
            assert get(path, johan).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
