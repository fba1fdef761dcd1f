"""The ledger in the console: reversals, appeals and their decision, and rules with versions."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accountability.actions.appeals import appeal
from accountability.enums import AppealState
from accountability.models import PointsAppeal, PointsEntry, PointsRule
from accountability.tests.test_points import everything, penalty, reward
from accounts.enums import Role
from accounts.models import User
from departments.models import Category
from departments.tests.factories import DepartmentFactory, staff_member
from tickets.tests.factories import burst_pipe_category

pytestmark = pytest.mark.django_db
LEDGER = "/console/accountability/pointsentry/"
APPEALS = "/console/accountability/pointsappeal/"
RULES = "/console/accountability/pointsrule/"


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def sipho(category: Category) -> User:
    return staff_member(category.department, full_name="Sipho Nkosi", capacity=500)


@pytest.fixture
def boss(category: Category) -> User:
    admin = staff_member(category.department, role=Role.DEPARTMENT_ADMIN, full_name="Johan Botha")
    admin.department_memberships.update(is_available=False)
    return admin


@pytest.fixture
def nomsa(category: Category) -> User:
    elsewhere = DepartmentFactory.create(organisation=category.organisation)
    return staff_member(elsewhere, role=Role.ORGANISATION_ADMIN)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(row: Any) -> str:
    return reverse(f"admin:accountability_{row._meta.model_name}_change", args=[row.pk])


def strangers(category: Category) -> list[User]:
    """Of another department, and of another organisation."""
    other = DepartmentFactory.create(organisation=category.organisation)
    return [
        staff_member(other, role=Role.DEPARTMENT_ADMIN),
        staff_member(burst_pipe_category().department, role=Role.ORGANISATION_ADMIN),
    ]


# Entries


def test_an_entry_is_reversed_with_a_reason_and_both_stay(
    category: Category, sipho: User, boss: User
) -> None:
    entry, client = penalty(category, sipho), signed_in(boss)
    assert "Reported as fixed, but it was not" in client.get(LEDGER).content.decode()
    answer = client.post(f"{LEDGER}{entry.pk}/reverse/", {"reason": "The test was wrong."})
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(entry))
    reversal = PointsEntry.objects.get(reverses=entry)
    assert (reversal.points, reversal.reason, reversal.entered_by) == (5, "The test was wrong.", boss)
    shown = client.get(page_of(entry)).content.decode()
    assert "The test was wrong." in shown
    assert "/reverse/" not in shown


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("", "Please say why"), ("  ", "Please say why"), ("bell\x07", "error"), ("x" * 2001, "2000")],
    ids=["nothing", "blanks", "control", "long"],
)
def test_a_reversal_without_a_usable_reason_is_refused_at_its_form(
    category: Category, sipho: User, boss: User, reason: str, sentence: str
) -> None:
    entry = penalty(category, sipho)
    before = everything()
    answer = signed_in(boss).post(f"{LEDGER}{entry.pk}/reverse/", {"reason": reason})
    assert (answer.status_code, everything()) == (409, before)
    assert sentence in answer.content.decode()


def test_an_entry_is_reversed_once(category: Category, sipho: User, boss: User) -> None:
    entry, client = penalty(category, sipho), signed_in(boss)
    client.post(f"{LEDGER}{entry.pk}/reverse/", {"reason": "Wrong."})
    before = everything()
    answer = client.post(f"{LEDGER}{entry.pk}/reverse/", {"reason": "Wrong again."})
    assert (answer.status_code, everything()) == (409, before)
    assert "This entry was reversed before." in answer.content.decode()


def test_nobody_reverses_their_own_or_what_is_out_of_reach(
    category: Category, sipho: User, boss: User
) -> None:
    entry = penalty(category, sipho)
    before = everything()
    assert "/reverse/" not in signed_in(sipho).get(page_of(entry)).content.decode()
    assert signed_in(sipho).post(f"{LEDGER}{entry.pk}/reverse/", {"reason": "Mine."}).status_code == 403
    for stranger in strangers(category):
        client = signed_in(stranger)
        assert client.get(page_of(entry)).status_code == 404
        assert client.post(f"{LEDGER}{entry.pk}/reverse/", {"reason": "Mine."}).status_code == 404
        assert entry.event.ticket.reference not in client.get(LEDGER).content.decode()
    assert everything() == before


# Appeals


def test_an_agent_appeals_from_the_ledger_and_a_department_admin_grants(
    category: Category, sipho: User, boss: User
) -> None:
    entry, agent = penalty(category, sipho), signed_in(sipho)
    assert "/appeal/" in agent.get(page_of(entry)).content.decode()
    assert agent.post(f"{LEDGER}{entry.pk}/appeal/", {"reason": "The pipe was new."}).status_code == 302
    made = PointsAppeal.objects.get()
    assert (made.person, made.reason, made.state) == (sipho, "The pipe was new.", AppealState.OPEN)
    assert "Sipho Nkosi" in agent.get(APPEALS).content.decode()
    assert "Somebody else who answers" in agent.get(page_of(made)).content.decode()

    client = signed_in(boss)
    assert "The pipe was new." in client.get(page_of(made)).content.decode()
    assert client.post(page_of(made), {"decision": "grant", "reason": "Right."}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.decided_by, made.decision_note) == (AppealState.GRANTED, boss, "Right.")
    assert PointsEntry.objects.get(reverses=entry) == made.reversal
    assert "Johan Botha" in agent.get(page_of(made)).content.decode()


def test_an_appeal_is_refused_with_a_reason_and_the_penalty_stands(
    category: Category, sipho: User, boss: User
) -> None:
    made = appeal(penalty(category, sipho), reason="Not me.", acting_user=sipho)
    assert signed_in(boss).post(page_of(made), {"decision": "refuse", "reason": "It was."}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.reversal) == (AppealState.REFUSED, None)
    assert PointsEntry.objects.filter(reverses__isnull=False).count() == 0


@pytest.mark.parametrize(
    "typed",
    [
        {"decision": "grant"},
        {"decision": "refuse", "reason": " "},
        {"reason": "Why not"},
        {"decision": "maybe"},
    ],
    ids=str,
)
def test_a_decision_that_makes_no_sense_is_refused_and_changes_nothing(
    category: Category, sipho: User, boss: User, typed: dict[str, str]
) -> None:
    made = appeal(penalty(category, sipho), reason="Not me.", acting_user=sipho)
    before = everything()
    answer = signed_in(boss).post(page_of(made), typed)
    assert (answer.status_code, everything()) == (409, before)


def test_an_appeal_is_decided_once_and_not_by_who_made_it(
    category: Category, sipho: User, boss: User
) -> None:
    made = appeal(penalty(category, sipho), reason="Not me.", acting_user=sipho)
    decision = {"decision": "grant", "reason": "Yes."}
    before = everything()
    assert signed_in(sipho).post(page_of(made), decision).status_code == 403
    for stranger in strangers(category):
        client = signed_in(stranger)
        assert client.post(page_of(made), decision).status_code == 404
        assert "Sipho Nkosi" not in client.get(APPEALS).content.decode()
    assert everything() == before
    signed_in(boss).post(page_of(made), decision)
    before = everything()
    answer = signed_in(boss).post(page_of(made), {"decision": "refuse", "reason": "No."})
    assert (answer.status_code, everything()) == (409, before)
    assert "This appeal is decided already." in answer.content.decode()


def test_only_ones_own_penalty_can_be_appealed_against(category: Category, sipho: User, boss: User) -> None:
    earned, lost = reward(category, sipho), penalty(category, sipho)
    colleague = staff_member(category.department)
    before = everything()
    answer = signed_in(sipho).post(f"{LEDGER}{earned.pk}/appeal/", {"reason": "More."})
    assert answer.status_code == 409
    assert "Only a penalty can be appealed against." in answer.content.decode()
    assert signed_in(sipho).post(f"{LEDGER}{lost.pk}/appeal/", {"reason": ""}).status_code == 409
    assert signed_in(colleague).post(f"{LEDGER}{lost.pk}/appeal/", {"reason": "His."}).status_code == 403
    assert "/appeal/" not in signed_in(boss).get(page_of(lost)).content.decode()
    assert everything() == before


# Rules


def test_a_changed_rule_is_a_new_version_and_the_old_one_stays_to_be_read(
    category: Category, sipho: User, nomsa: User
) -> None:
    rule, client = penalty(category, sipho).rule, signed_in(nomsa)
    answer = client.post(page_of(rule), {"points": "-7"})
    changed = PointsRule.objects.in_force(category.organisation_id).get(code=rule.code)
    assert (answer.headers["Location"], changed.version, changed.points) == (page_of(changed), 2, -7)
    shown = client.get(page_of(changed)).content.decode()
    assert ("Version 1" in shown, "Version 2" in shown) == (True, True)
    listed = [client.get(RULES, {"versions": which}).content.decode() for which in ("now", "replaced")]
    assert [page_of(rule) in found for found in listed] == [False, True]
    assert [page_of(changed) in found for found in listed] == [True, False]


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ("0", "A rule is worth 1 to 1000 points"),
        ("1001", "A rule is worth 1 to 1000 points"),
        ("-1001", "A rule is worth 1 to 1000 points"),
        ("many", "Enter a whole number."),
        ("", "This field is required."),
    ],
)
def test_points_that_make_no_sense_are_refused_at_the_form(
    category: Category, sipho: User, nomsa: User, points: str, sentence: str
) -> None:
    rule = penalty(category, sipho).rule
    before = everything()
    answer = signed_in(nomsa).post(page_of(rule), {"points": points})
    assert (answer.status_code, everything()) == (409, before)
    assert sentence in answer.content.decode()


def test_a_replaced_rule_stays_as_it_is(category: Category, sipho: User, nomsa: User) -> None:
    rule, client = penalty(category, sipho).rule, signed_in(nomsa)
    client.post(page_of(rule), {"points": "-7"})
    before = everything()
    answer = client.post(page_of(rule), {"points": "-8"})
    assert (answer.status_code, everything()) == (409, before)
    assert "This version of the rule was replaced." in answer.content.decode()


def test_rules_are_read_by_who_works_there_and_changed_by_who_manages_it(
    category: Category, sipho: User, boss: User
) -> None:
    rule = penalty(category, sipho).rule
    before = everything()
    for person in (sipho, boss):
        client = signed_in(person)
        assert page_of(rule) in client.get(RULES).content.decode()
        assert client.post(page_of(rule), {"points": "-7"}).status_code == 403
    foreign = strangers(category)[1]
    assert page_of(rule) not in signed_in(foreign).get(RULES).content.decode()
    assert signed_in(foreign).post(page_of(rule), {"points": "-7"}).status_code == 404
    assert everything() == before


# Lists


def test_lists_take_as_many_queries_for_three_as_for_one(category: Category, sipho: User, boss: User) -> None:
    client = signed_in(boss)
    penalty(category, sipho)
    for address in (LEDGER, APPEALS, RULES):
        client.get(address)
    counts = []
    for more in (0, 2):
        for _time in range(more):
            penalty(category, sipho)
        for entry in PointsEntry.objects.of_people():
            if not PointsAppeal.objects.of_entry(entry.pk).exists():
                appeal(entry, reason="Not me.", acting_user=sipho)
        for address in (LEDGER, APPEALS):
            with CaptureQueriesContext(connection) as queries:
                found = client.get(address).content.decode().count("c-summary")
            counts.append((address, found, len(queries)))
    (_ledger, _two, ledger), (_appeals, _one, appeals) = counts[:2]
    assert counts == [(LEDGER, 2, ledger), (APPEALS, 1, appeals), (LEDGER, 6, ledger), (APPEALS, 3, appeals)]
