"""A remedy that nobody writes is asked for: after a week and after two, each time once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accountability.actions.recording import hold_accountable
from accountability.actions.remedy import write_remedy
from accountability.actions.reminding import remind_of_remedies
from accountability.models import Breach
from accountability.tasks import remind_of_remedies as remind_by_the_clock
from accounts.models import Organisation, User
from tickets.actions.expiry import expire_due_tickets
from tickets.enums import EventKind
from tickets.models import Ticket, TicketEvent
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.together import all_at_once

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


def reminded(*tickets: Ticket) -> list[str]:
    events = TicketEvent.objects.filter(kind=EventKind.REMEDY_OVERDUE).order_by("pk")
    return [event.data["audience"] for event in events if not tickets or event.ticket in tickets]


def remind_at(moment: Any) -> int:
    with time_machine.travel(moment, tick=False):
        return remind_of_remedies(acting_user=None)


def test_the_department_is_reminded_after_a_week_and_the_organisation_after_two(breach: Breach) -> None:
    recorded = breach.created_at
    assert (remind_at(recorded + WEEK - SECOND), reminded()) == (0, [])
    assert (remind_at(recorded + WEEK), reminded()) == (1, ["department_admins"])
    assert (remind_at(recorded + 2 * WEEK - SECOND), reminded()) == (0, ["department_admins"])
    assert remind_at(recorded + 2 * WEEK) == 1
    assert reminded() == ["department_admins", "organisation_admins"]
    assert remind_at(recorded + 10 * WEEK) == 0
    breach.refresh_from_db()
    assert (breach.reminders, breach.remind_at) == (2, None)


def test_run_twice_it_reminds_once_and_changes_nothing_about_the_ticket(breach: Breach) -> None:
    before = Ticket.objects.filter(pk=breach.ticket_id).values("status", "updated_at", "version").get()
    assert [remind_at(breach.created_at + WEEK), remind_at(breach.created_at + WEEK)] == [1, 0]
    assert reminded() == ["department_admins"]
    after = Ticket.objects.filter(pk=breach.ticket_id).values("status", "updated_at", "version").get()
    assert after == before | {"version": before["version"] + 1}


def test_the_event_names_the_accountable_department_and_is_for_staff(breach: Breach) -> None:
    remind_at(breach.created_at + WEEK)
    event = breach.ticket.events.get(kind=EventKind.REMEDY_OVERDUE)
    assert (event.visibility, event.actor, event.data) == (
        "staff",
        None,
        {
            "breach": str(breach.pk),
            "promise": "resolve",
            "answerable": str(breach.department_id),
            "department": breach.department.name,
            "audience": "department_admins",
        },
    )


def test_a_remedy_ends_the_reminders(breach: Breach, johan: User) -> None:
    remind_at(breach.created_at + WEEK)
    write_remedy(breach, note="Second team.", acting_user=johan)
    assert (remind_at(breach.created_at + 3 * WEEK), reminded()) == (0, ["department_admins"])
    with pytest.raises(IntegrityError, match="breach_remedied_waits_for_nothing"), transaction.atomic():
        Breach.objects.filter(pk=breach.pk).update(remind_at=timezone.now())


def test_who_keeps_no_account_any_more_is_not_reminded(breach: Breach) -> None:
    Organisation.objects.filter(pk=breach.organisation_id).update(accountability_enabled=False)
    assert (remind_at(breach.created_at + WEEK), reminded()) == (0, [])


def missed(count: int) -> list[Breach]:
    """So many promises, missed and recorded."""
    category = burst_pipe_category()
    tickets = [report_ticket(category) for _number in range(count)]
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
    events = TicketEvent.objects.filter(ticket__in=tickets, kind=EventKind.EXPIRED)
    hold_accountable(list(events.values_list("pk", flat=True)))
    return list(Breach.objects.filter(ticket__in=tickets).order_by("pk"))


def test_batches_go_on_until_nothing_is_left(db: None) -> None:
    breaches = missed(5)
    with time_machine.travel(breaches[-1].created_at + WEEK, tick=False):
        assert remind_of_remedies(acting_user=None, batch=2) == 5
    assert Breach.objects.filter(reminders=1).count() == 5
    assert len(reminded()) == 5


def test_two_promises_of_one_ticket_are_two_reminders(breach: Breach) -> None:
    Breach.objects.create(
        organisation=breach.organisation,
        ticket=breach.ticket,
        promise="respond",
        department=breach.department,
        breached_at=breach.breached_at - timedelta(hours=20),
        cause=breach.cause,
        created_at=breach.created_at,
        remind_at=breach.remind_at,
    )
    assert remind_at(breach.created_at + WEEK) == 1
    events = breach.ticket.events.filter(kind=EventKind.REMEDY_OVERDUE).order_by("ticket_version")
    assert {event.data["promise"] for event in events} == {"respond", "resolve"}
    assert events[1].ticket_version == events[0].ticket_version + 1


def test_many_cost_as_many_queries_as_one(db: None) -> None:
    counts = []
    for number in (1, 3):
        breaches = missed(number)
        with (
            time_machine.travel(breaches[-1].created_at + WEEK, tick=False),
            CaptureQueriesContext(connection) as asked,
        ):
            assert remind_of_remedies(acting_user=None) == number
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_at_once_each_step_is_taken_once(transactional_db: None) -> None:
    breaches = missed(4)
    Breach.objects.update(remind_at=timezone.now())
    for _run in range(2):
        all_at_once([partial(remind_of_remedies, acting_user=None)] * 4)
    assert remind_by_the_clock() == 0
    assert reminded() == ["department_admins"] * len(breaches)
    assert set(Breach.objects.values_list("reminders", flat=True)) == {1}
