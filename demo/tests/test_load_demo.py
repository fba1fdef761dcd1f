from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accountability.enums import AppealState
from accountability.models import Breach, PointsAppeal, PointsEntry
from accounts.models import Organisation, User
from demo.seed.consistency import inconsistencies
from demo.seed.people import PASSWORD, RESIDENT
from departments.models import Department, DepartmentMember
from tickets.actions.escalation import escalate_due_tickets
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import resolve_ticket, start_work
from tickets.actions.sweeps import close_unanswered_tickets, drain_all_queues
from tickets.actions.verification import verify_resolution
from tickets.actions.warnings import warn_expiring_tickets
from tickets.enums import Outcome, Promise, Status
from tickets.feed import relay_events
from tickets.models import Clock, Custody, Message, Support, Ticket, TicketEvent
from tickets.verification import code_for

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 9, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _that_morning() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def load(*arguments: str, tickets: int = 60) -> str:
    out = StringIO()
    call_command("load_demo", "--tickets", str(tickets), *arguments, stdout=out)
    return out.getvalue()


def counts() -> dict[str, int]:
    models = (Organisation, User, Ticket, TicketEvent, Message, Support, Clock, Custody, DepartmentMember)
    return {model.__name__: model._default_manager.count() for model in models}


def story() -> list[tuple[Any, ...]]:
    """What can be compared between two loadings: everything that is not a key made at random."""
    return list(
        TicketEvent.objects.order_by("position").values_list(
            "kind",
            "occurred_at",
            "note",
            "ticket__title",
            "ticket__address",
            "ticket__status",
            "actor__email",
        )
    )


def test_all_rows_agree_with_each_other() -> None:
    load()
    assert inconsistencies(timezone.now()) == {}


def test_tickets_are_in_every_status() -> None:
    load(tickets=150)
    assert set(Ticket.objects.values_list("status", flat=True)) == set(Status)
    assert set(Ticket.objects.values_list("outcome", flat=True)) >= {
        "",
        Outcome.VERIFIED,
        Outcome.UNVERIFIED,
        Outcome.REJECTED,
        Outcome.COMPLETED,
    }


def test_loading_again_changes_nothing_and_says_so() -> None:
    load()
    before = counts()
    assert load() == "The demo is loaded already; nothing was changed.\n"
    assert counts() == before


def test_the_same_seed_and_moment_give_the_same_city() -> None:
    stories = []
    for _turn in range(2):
        point = transaction.savepoint()
        load("--seed", "7", tickets=40)
        stories.append(story())
        transaction.savepoint_rollback(point)
    assert len(stories[0]) > 400
    assert stories[0] == stories[1]


def test_another_seed_gives_another_city() -> None:
    point = transaction.savepoint()
    load("--seed", "7", tickets=40)
    seventh = story()
    transaction.savepoint_rollback(point)
    load("--seed", "8", tickets=40)
    assert story() != seventh


def test_nobody_is_told_about_the_past() -> None:
    load()
    assert relay_events() == 0


def test_the_sweeps_find_nothing_left_to_do() -> None:
    load()
    before = counts()
    assert warn_expiring_tickets(acting_user=None) == 0
    assert expire_due_tickets(acting_user=None) == 0
    assert escalate_due_tickets(acting_user=None) == 0
    assert close_unanswered_tickets(acting_user=None) == 0
    assert drain_all_queues(acting_user=None) == 0
    assert counts() == before


def test_big_teams_work_in_shifts_and_somebody_is_on_leave_but_nobody_whom_one_can_be() -> None:
    load(tickets=0)
    there: Any = DepartmentMember.objects.with_presence(timezone.now())
    water = there.filter(department__code="water", department__organisation__slug="tshwane")
    # A Wednesday, 11:40 in Pretoria: one of three shifts runs.
    assert sorted(member.is_on_shift for member in water.filter(shifts__isnull=False).distinct()) == [
        False,
        False,
        True,
    ]
    assert list(water.filter(leaves__isnull=False).values_list("on_leave_until", flat=True)) == [
        date(2026, 11, 27)
    ]
    known = DepartmentMember.objects.filter(is_available=True)
    assert known.filter(shifts__isnull=False).count() + known.filter(leaves__isnull=False).count() == 0


def test_everybody_shown_can_sign_in() -> None:
    said = load(tickets=0)
    emails = [line.split()[0] for line in said.splitlines() if line.startswith("  ") and "@" in line]
    assert len(emails) == len(set(emails)) == 26
    for email in emails:
        assert authenticate(None, username=email, password=PASSWORD) is not None, email


def test_every_agent_finds_work_and_every_resident_their_reports() -> None:
    load(tickets=0)
    for department in Department.objects.filter(organisation__slug="tshwane"):
        agent = User.objects.get(email=f"{department.code}@{RESIDENT.email.split('@')[1]}")
        mine = Ticket.objects.filter(assignee=agent, status__in=[Status.OPEN, Status.IN_PROGRESS]).count()
        waiting = Ticket.objects.filter(department=department, queued_at__isnull=False).count()
        assert mine >= 1, department
        assert mine + waiting >= 5, department
    resident = User.objects.get(email=RESIDENT.email)
    assert set(Ticket.objects.filter(reporter=resident).values_list("status", flat=True)) == set(Status)


def test_a_promise_runs_out_soon_on_every_desk() -> None:
    load(tickets=0)
    soon = Ticket.objects.filter(due_at__range=(NOW, NOW + timedelta(hours=2)), status=Status.IN_PROGRESS)
    assert set(soon.values_list("department__code", flat=True)) >= {"water", "roads", "waste", "housing"}


def test_demo_tickets_go_on_with_the_real_actions() -> None:
    load(tickets=0)
    agent = User.objects.get(email__startswith="electricity@")
    ticket = Ticket.objects.filter(assignee=agent, status=Status.OPEN).order_by("pk")[0]
    with transaction.atomic():
        start_work(ticket, acting_user=agent)
        resolve_ticket(ticket, note="Replaced the fuse.", acting_user=agent)
        code = code_for(ticket.verifications.get())
        verify_resolution(ticket, code=code, acting_user=ticket.reporter)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome) == (Status.CLOSED, Outcome.VERIFIED)
    relay_events()
    assert inconsistencies(timezone.now()) == {}


def test_departments_are_accountable_for_what_expired() -> None:
    load()
    expired = Ticket.objects.filter(expired_at__isnull=False)
    breaches = Breach.objects.of_promise(Promise.RESOLVE)
    assert set(breaches.values_list("ticket_id", "breached_at")) == set(
        expired.values_list("pk", "expired_at")
    )
    assert PointsEntry.objects.filter(person__isnull=True).count() > 20


def test_the_record_has_something_to_read_and_to_decide() -> None:
    load(tickets=0)
    appeals = PointsAppeal.objects.select_related("person", "decided_by", "entry__department")
    states = {found.state: found for found in appeals}
    assert set(states) == set(AppealState)
    for found in appeals:
        admin = f"{found.entry.department.code}.admin"
        assert found.person.email == f"{found.entry.department.code}@{RESIDENT.email.split('@')[1]}"
        assert found.decided_by is None or str(found.decided_by.email).startswith(admin)
    assert Breach.objects.filter(remedied_at__isnull=False).count() == 1
    assert Breach.objects.without_remedy().exists()
    assert Ticket.objects.held_too_long(NOW).exists()


@pytest.mark.parametrize("arguments", [("--tickets", "many"), ("--tickets", "-1"), ("--as-of", "yesterday")])
def test_nonsense_is_refused_and_changes_nothing(arguments: tuple[str, str]) -> None:
    before = counts()
    with pytest.raises(CommandError):
        call_command("load_demo", *arguments)
    assert counts() == before


def test_an_unknown_city_is_refused_in_words() -> None:
    with pytest.raises(CommandError, match="no city atlantis"):
        load("--city", "atlantis")
    assert counts()["User"] == 0


TAMPERING = {
    "status": ("UPDATE tickets_ticket SET status = 'open' WHERE status = 'in_progress'", "the status is"),
    "load": ("UPDATE departments_departmentmember SET open_tickets = open_tickets + 1", "members hold"),
    "supports": ("DELETE FROM tickets_support", "supporters are counted, and on duplicates nobody"),
    "version": ("UPDATE tickets_ticket SET version = 1", "every event is about"),
    "clock": ("UPDATE tickets_clock SET elapsed_seconds = 9999999 WHERE state = 'met'", "kept promises"),
    "custody": ("UPDATE tickets_custody SET stage_id = NULL", "who holds"),
    "ward": ("UPDATE tickets_ticket SET ward_id = NULL", "tickets lie"),
    "position": ("UPDATE tickets_ticketevent SET position = -position", "events follow"),
    "expired": (
        "UPDATE tickets_ticket SET expired_at = NULL, escalate_at = NULL, escalation_left_seconds = NULL",
        "a ticket is expired",
    ),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_rows_that_disagree_are_found(name: str) -> None:
    load(tickets=10)
    sql, question = TAMPERING[name]
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert any(found.startswith(question) for found in inconsistencies(timezone.now()))
