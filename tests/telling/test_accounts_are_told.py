"""Reminders and appeals reach those whom they concern, by real mail, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accountability.actions.appeals import appeal, decide_appeal
from accountability.actions.recording import hold_accountable
from accountability.actions.remedy import write_remedy
from accountability.actions.reminding import remind_of_remedies
from accountability.models import Breach, PointsEntry
from accounts.enums import Role
from accounts.models import User
from departments.models import Category
from departments.tests.factories import DepartmentFactory, staff_member
from notifications.actions.deliver import deliver
from notifications.actions.route import route_event
from notifications.models import Notification
from tests.inboxes import Inbox
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import withdraw_ticket
from tickets.actions.movement import transfer_ticket
from tickets.enums import EventKind
from tickets.feed import readable_events, relay_events
from tickets.live import Wanted, may_see_event
from tickets.models import Ticket, TicketEvent
from tickets.tests.api import ROOT, api_client
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def never_free(person: User) -> User:
    person.department_memberships.update(is_available=False)
    return person


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def sipho(category: Category) -> User:
    return staff_member(category.department, full_name="Sipho Nkosi")


@pytest.fixture
def johan(category: Category) -> User:
    return never_free(staff_member(category.department, role=Role.DEPARTMENT_ADMIN, full_name="Johan Botha"))


@pytest.fixture
def nomsa(category: Category) -> User:
    return never_free(staff_member(category.department, role=Role.ORGANISATION_ADMIN))


@pytest.fixture
def missed(category: Category, sipho: User, johan: User, nomsa: User) -> Breach:
    """Missed by Sipho, and with another department by now."""
    ticket = report_ticket(category)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
    hold_accountable([ticket.events.get(kind=EventKind.EXPIRED).pk])
    roads = DepartmentFactory.create(organisation=category.organisation, name="Roads")
    staff_member(roads, role=Role.DEPARTMENT_ADMIN)
    transfer_ticket(ticket, department=roads, reason="A drain.", acting_user=None)
    return Breach.objects.get()


def penalty(person: User) -> PointsEntry:
    return PointsEntry.objects.get(person=person)


def told(kind: EventKind) -> list[tuple[User | None, str]]:
    """Who hears of the last event of a kind, and what became of the mail."""
    event = TicketEvent.objects.filter(kind=kind).order_by("-pk")[0]
    states = {key: deliver(key) for key in route_event(event.pk)}
    route_event(event.pk)
    rows = Notification.objects.filter(event=event).select_related("recipient").order_by("recipient__email")
    return [(row.recipient, states[row.pk]) for row in rows]


def text_to(mailbox: Inbox, person: User) -> str:
    (mail,) = mailbox.to(str(person.email))
    return f"{mail.subject}\n{mail.text}"


# Remedies


def test_the_department_admin_is_reminded_of_the_remedy_and_then_the_organisation_admin(
    missed: Breach, johan: User, nomsa: User, mailbox: Inbox
) -> None:
    for weeks, person, words in [
        (1, johan, "missed the promise for this ticket"),
        (2, nomsa, "has not written down"),
    ]:
        with time_machine.travel(missed.created_at + weeks * WEEK, tick=False):
            remind_of_remedies(acting_user=None)
        assert told(EventKind.REMEDY_OVERDUE) == [(person, "accepted")]
        mail = text_to(mailbox, person)
        assert "The remedy is overdue" in mail
        assert f"{missed.department.name} {words}" in mail
        assert f"/console/accountability/breach/{missed.pk}/change/" in mail


def test_a_reminder_that_the_remedy_has_overtaken_is_not_sent(
    missed: Breach, johan: User, mailbox: Inbox
) -> None:
    with time_machine.travel(missed.created_at + WEEK, tick=False):
        remind_of_remedies(acting_user=None)
    write_remedy(missed, note="Second team.", acting_user=johan)
    assert told(EventKind.REMEDY_OVERDUE) == [(johan, "suppressed")]
    assert mailbox.messages() == []


# Appeals


def test_the_department_admin_hears_of_an_appeal_and_the_person_of_the_decision(
    missed: Breach, sipho: User, johan: User, mailbox: Inbox
) -> None:
    made = appeal(penalty(sipho), reason="The pipe burst anew.", acting_user=sipho)
    assert told(EventKind.APPEALED) == [(johan, "accepted")]
    mail = text_to(mailbox, johan)
    for words in ("An appeal to decide", "Sipho Nkosi says", "Promise missed (−10 points)", "burst anew"):
        assert words in mail
    assert f"/console/accountability/pointsappeal/{made.pk}/change/" in mail

    decide_appeal(made, grant=False, reason="It was the same pipe.", acting_user=johan)
    assert told(EventKind.APPEAL_DECIDED) == [(sipho, "accepted")]
    mail = text_to(mailbox, sipho)
    for words in ("Your appeal was refused", "The penalty stands", "It was the same pipe.", "you appealed"):
        assert words in mail


def test_a_granted_appeal_says_so_even_if_the_ticket_is_withdrawn_meanwhile(
    missed: Breach, sipho: User, johan: User, nomsa: User, mailbox: Inbox
) -> None:
    made = appeal(penalty(sipho), reason="Not me.", acting_user=sipho)
    decide_appeal(made, grant=True, reason="True.", acting_user=johan)
    withdraw_ticket(Ticket.objects.get(pk=missed.ticket_id), reason="Nonsense.", acting_user=nomsa)
    assert told(EventKind.APPEAL_DECIDED) == [(sipho, "accepted")]
    assert "Your appeal was granted" in text_to(mailbox, sipho)


def test_what_is_decided_already_is_not_told_as_new(
    missed: Breach, sipho: User, johan: User, mailbox: Inbox
) -> None:
    made = appeal(penalty(sipho), reason="Not me.", acting_user=sipho)
    decide_appeal(made, grant=True, reason="True.", acting_user=johan)
    assert told(EventKind.APPEALED) == [(johan, "suppressed")]
    assert mailbox.messages() == []


def test_the_only_admin_of_a_department_does_not_hear_of_their_own_appeal(
    category: Category, johan: User, nomsa: User, mailbox: Inbox
) -> None:
    johan.department_memberships.update(is_available=True)
    ticket = report_ticket(category)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
    hold_accountable([ticket.events.get(kind=EventKind.EXPIRED).pk])
    appeal(penalty(johan), reason="Not me.", acting_user=johan)
    assert told(EventKind.APPEALED) == [(nomsa, "accepted")]
    assert mailbox.to(str(johan.email)) == []


def test_a_refused_appeal_tells_nobody(missed: Breach, sipho: User) -> None:
    appeal(penalty(sipho), reason="Not me.", acting_user=sipho)
    before = TicketEvent.objects.count()
    with pytest.raises(Exception, match="already"):
        appeal(penalty(sipho), reason="Again.", acting_user=sipho)
    assert TicketEvent.objects.count() == before


# Whom it does not concern


def test_an_appeal_is_in_no_timeline_no_feed_and_no_audit_trail(
    missed: Breach, sipho: User, johan: User, nomsa: User
) -> None:
    colleague = staff_member(missed.department)
    auditor = staff_member(DepartmentFactory.create(organisation=missed.organisation), role=Role.AUDITOR)
    made = appeal(penalty(sipho), reason="Between us.", acting_user=sipho)
    decide_appeal(made, grant=False, reason="Between us too.", acting_user=johan)
    relay_events()
    secret = {EventKind.APPEALED, EventKind.APPEAL_DECIDED}
    events = TicketEvent.objects.select_related("ticket")
    assert {event.kind for event in events} >= secret
    operator = User.objects.create_superuser(email="root@example.org", password="x" * 20)
    for person in (sipho, johan, nomsa, colleague, auditor, missed.ticket.reporter, operator):
        seen = {event.kind for event in events if may_see_event(person, event)}
        fed = set(readable_events(person, Wanted()).values_list("kind", flat=True))
        assert (seen & secret, fed & secret, seen == fed) == (set(), set(), True)
        answer = api_client(person).get(f"{ROOT}/tickets/{missed.ticket_id}/events/")
        assert "Between us" not in answer.content.decode()
    assert {event.kind for event in TicketEvent.objects.visible_to(auditor)} & secret == set()
    assert "Between us" not in page_of(missed.ticket, nomsa)


def page_of(ticket: Ticket, person: User) -> Any:
    client = Client()
    client.force_login(person)
    answer = client.get(f"/console/tickets/ticket/{ticket.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_appeal_changes_nothing_that_people_see_of_the_ticket(missed: Breach, sipho: User) -> None:
    columns = ("status", "updated_at", "assignee_id", "department_id")
    before = Ticket.objects.values(*columns).get(pk=missed.ticket_id)
    appeal(penalty(sipho), reason="Not me.", acting_user=sipho)
    assert Ticket.objects.values(*columns).get(pk=missed.ticket_id) == before
