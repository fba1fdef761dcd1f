"""Whoever has not said whether it is fixed is asked once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import Organisation
from departments.models import Category
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.sweeps import close_unanswered_tickets, remind_of_proofs
from tickets.actions.verification import dispute_resolution, verify_resolution
from tickets.enums import EventKind, Outcome, Visibility
from tickets.models import Ticket, Verification
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.verification import code_for

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


def resolved(category: Category) -> Ticket:
    return resolve_ticket(report_ticket(category), note="Done.", acting_user=None)


def reminders(ticket: Ticket) -> int:
    return ticket.events.filter(kind=EventKind.PROOF_REMINDED).count()


def test_after_three_days_the_reporter_is_asked_again_once_and_after_seven_it_closes(
    category: Category,
) -> None:
    with time_machine.travel(MONDAY, tick=False) as travel:
        ticket = resolved(category)
        travel.shift(3 * DAY - timedelta(seconds=1))
        assert remind_of_proofs(acting_user=None) == 0
        travel.shift(timedelta(seconds=1))
        assert [remind_of_proofs(acting_user=None) for _time in range(2)] == [1, 0]
        event = ticket.events.get(kind=EventKind.PROOF_REMINDED)
        assert (event.actor, event.visibility, event.occurred_at) == (
            None,
            Visibility.PARTICIPANTS,
            MONDAY + 3 * DAY,
        )
        travel.shift(4 * DAY)
        assert close_unanswered_tickets(acting_user=None) == 1
    assert Ticket.objects.get().outcome == Outcome.UNVERIFIED


@pytest.mark.parametrize("answer", ["confirm", "dispute"])
def test_whoever_has_answered_is_not_asked_again(category: Category, answer: str) -> None:
    with time_machine.travel(MONDAY, tick=False) as travel:
        ticket = resolved(category)
        code = code_for(ticket.verifications.get())
        if answer == "confirm":
            verify_resolution(ticket, code=code, acting_user=None)
        else:
            dispute_resolution(ticket, reason="No.", code=code, acting_user=None)
        travel.shift(3 * DAY)
        assert remind_of_proofs(acting_user=None) == 0
    assert Verification.objects.get().remind_at is None


@pytest.mark.parametrize(("days", "asked"), [(0, None), (1, 1), (6, 6), (7, None), (30, None)])
def test_the_organisation_decides_when_and_whether(category: Category, days: int, asked: int | None) -> None:
    Organisation.objects.update(verification_reminder_days=days)
    category = Category.objects.get()
    with time_machine.travel(MONDAY, tick=False):
        resolved(category)
    expected = None if asked is None else MONDAY + asked * DAY
    assert Verification.objects.get().remind_at == expected


def test_many_are_asked_in_batches(category: Category, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.actions.sweeps.BATCH", 2)
    with time_machine.travel(MONDAY, tick=False) as travel:
        tickets = [resolved(category) for _ticket in range(5)]
        travel.shift(3 * DAY)
        assert remind_of_proofs(acting_user=None) == 5
    assert [reminders(ticket) for ticket in tickets] == [1] * 5
