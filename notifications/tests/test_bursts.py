"""What changes on a project's ticket within two minutes is told in one mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import MembershipFactory, OrganisationFactory
from notifications.actions.deliver import deliver, deliver_due
from notifications.actions.route import route_event
from notifications.enums import Hold, NotificationState
from notifications.models import Attempt, Notification
from tests.inboxes import Inbox
from tickets.actions.assignment import override_assignment
from tickets.actions.conversation import add_note
from tickets.actions.editing import Corrections, edit_ticket
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import start_work, withdraw_ticket
from tickets.enums import Source
from tickets.models import Project, Ticket, TicketEvent

S = NotificationState
MINUTE = timedelta(minutes=1)


def colleague(organisation: Any, name: str) -> User:
    member = MembershipFactory.create(organisation=organisation, role=Role.ORGANISATION_ADMIN)
    User.objects.filter(pk=member.user_id).update(full_name=name)
    return User.objects.get(pk=member.user_id)


@pytest.fixture
def clock(db: None) -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as travelled:
        yield travelled


def team_ticket(title: str = "Fix the database") -> tuple[Ticket, User, User]:
    """A ticket that Max leads and Dave works on."""
    company = OrganisationFactory.create(public_reports=False, verification_required=False)
    lead, dave = colleague(company, "Max"), colleague(company, "Dave")
    project = Project.objects.create(organisation=company, name="Website")
    ticket = create_ticket(
        company,
        Report(title=title, project=project, lead=lead, assignees=[dave]),
        reporter=Reporter(),
        source=Source.API,
        acting_user=lead,
    )
    return ticket, lead, dave


def route(ticket: Ticket, act: Callable[[], Any]) -> None:
    """Do something, and route what it leads to."""
    before = set(ticket.events.values_list("pk", flat=True))
    act()
    for event in TicketEvent.objects.filter(ticket=ticket).exclude(pk__in=before).order_by("pk"):
        route_event(event.pk)


def test_a_burst_is_one_mail_that_names_every_change(clock: Any, mailbox: Inbox) -> None:
    ticket, lead, dave = team_ticket()
    route(ticket, lambda: edit_ticket(ticket, Corrections(title="Fix it"), acting_user=lead))
    clock.shift(MINUTE)
    route(ticket, lambda: start_work(ticket, acting_user=lead))
    clock.shift(timedelta(seconds=50))
    ticket.refresh_from_db()
    route(ticket, lambda: edit_ticket(ticket, Corrections(title="Fix it now"), acting_user=lead))
    assert deliver_due() == 0
    clock.shift(timedelta(seconds=10))
    assert deliver_due() == 1

    (mail,) = mailbox.messages()
    assert mail.recipients == [dave.email]
    assert "Title: Fix the database → Fix it now" in mail.text
    assert "Status: open → in progress" in mail.text
    assert "Current assignees: Max, Dave." in mail.text
    carrier = Notification.objects.get(carrier=None)
    assert [row.state for row in Notification.objects.all()] == [S.ACCEPTED] * 3
    assert carrier.carried.count() == 2
    assert Attempt.objects.get().notification == carrier
    clock.shift(timedelta(minutes=5))
    assert deliver_due() == 0


def test_what_changes_later_is_another_mail(clock: Any, mailbox: Inbox) -> None:
    ticket, lead, _dave = team_ticket()
    for title in ("Fix it", "Fix it now"):
        route(ticket, partial(edit_ticket, ticket, Corrections(title=title), acting_user=lead))
        ticket.refresh_from_db()
        clock.shift(2 * MINUTE)
        assert deliver_due() == 1
    assert [mail.text.count("Title: ") for mail in mailbox.messages()] == [1, 1]


def test_another_ticket_is_another_mail(clock: Any, mailbox: Inbox) -> None:
    ticket, lead, dave = team_ticket()
    other = create_ticket(
        ticket.organisation,
        Report(title="Order boxes", project=ticket.project, lead=lead, assignees=[dave]),
        reporter=Reporter(),
        source=Source.API,
        acting_user=lead,
    )
    for one in (ticket, other):
        route(one, partial(start_work, one, acting_user=lead))
    clock.shift(2 * MINUTE)
    assert deliver_due() == 2
    assert [len(mail.recipients) for mail in mailbox.to(str(dave.email))] == [1, 1]


def test_whose_work_it_is_now_reads_that_first_with_all_that_changed(clock: Any, mailbox: Inbox) -> None:
    ticket, lead, _dave = team_ticket()
    kim = colleague(ticket.organisation, "Kim")
    route(ticket, lambda: override_assignment(ticket, assignee=kim, reason="You know it.", acting_user=lead))
    clock.shift(MINUTE)
    ticket.refresh_from_db()
    route(ticket, lambda: edit_ticket(ticket, Corrections(title="Fix it now"), acting_user=lead))
    clock.shift(MINUTE)
    deliver_due()
    (mail,) = mailbox.to(str(kim.email))
    assert "decided that you work on this ticket" in mail.text
    assert "Title: Fix the database → Fix it now" in mail.text
    assert "Current assignees: Kim, Dave." in mail.text


def test_a_ticket_that_was_withdrawn_in_the_burst_is_told_as_withdrawn(clock: Any, mailbox: Inbox) -> None:
    ticket, lead, dave = team_ticket()
    route(ticket, lambda: start_work(ticket, acting_user=lead))
    ticket.refresh_from_db()
    route(ticket, lambda: withdraw_ticket(ticket, acting_user=lead))
    clock.shift(2 * MINUTE)
    assert deliver_due() == 1
    assert "Outcome: none → withdrawn" in mailbox.to(str(dave.email))[0].text


def test_what_could_not_be_sent_stays_together(clock: Any, mailbox: Inbox) -> None:
    ticket, lead, _dave = team_ticket()
    route(ticket, lambda: start_work(ticket, acting_user=lead))
    route(ticket, lambda: add_note(ticket, body="The backup is old.", acting_user=lead))
    clock.shift(2 * MINUTE)
    with mailbox.refusing():
        assert deliver_due() == 0
    clock.shift(5 * MINUTE)
    assert deliver_due() == 1
    (mail,) = mailbox.messages()
    assert "Status: open → in progress" in mail.text
    assert "The backup is old." in mail.text
    assert set(Notification.objects.values_list("state", flat=True)) == {S.ACCEPTED}


def test_the_window_is_a_setting(clock: Any, settings: LazySettings) -> None:
    ticket, lead, _dave = team_ticket()
    settings.NOTIFICATION_BURST_SECONDS = 30
    route(ticket, lambda: start_work(ticket, acting_user=lead))
    held = Notification.objects.get()
    assert (held.state, held.hold) == (S.HELD, Hold.BURST)
    assert held.next_attempt_at == timezone.now() + timedelta(seconds=30)
    settings.NOTIFICATION_BURST_SECONDS = 0
    route(ticket, lambda: add_note(ticket, body="The backup is old.", acting_user=lead))
    assert Notification.objects.exclude(pk=held.pk).get().state == S.QUEUED


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail(mailbox: Inbox, settings: LazySettings) -> None:
    ticket, lead, _dave = team_ticket()
    route(ticket, lambda: start_work(ticket, acting_user=lead))
    route(ticket, lambda: add_note(ticket, body="The backup is old.", acting_user=lead))
    Notification.objects.update(next_attempt_at=timezone.now())
    together, states = Barrier(2), []

    def work(key: Any) -> None:
        together.wait()
        states.append(deliver(key))
        connection.close()

    workers = [Thread(target=work, args=[row.pk]) for row in Notification.objects.all()]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(states) == ["", S.ACCEPTED]
    (mail,) = mailbox.messages()
    assert ("Status: open" in mail.text, "The backup is old." in mail.text) == (True, True)
