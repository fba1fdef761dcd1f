"""From an event to real mail and SMS: who is told, and with which words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.contacts import Contact, ContactKind
from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import MembershipFactory, UserFactory
from departments.models import Category
from departments.tests.factories import DepartmentFactory, staff_member
from notifications.actions.route import route_event
from notifications.enums import Audience, NotificationState
from notifications.gsm import LIMIT, length, to_gsm
from notifications.models import Notification
from notifications.queries import recipients_of
from notifications.senders import sender_of
from notifications.tests.factories import last_event, release, resident, tell
from tests.inboxes import Inbox
from tickets.actions.assignment import override_assignment
from tickets.actions.conversation import add_message
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.following import follow_ticket
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import close_unanswered, resolve_ticket, respond, start_work
from tickets.actions.movement import transfer_ticket
from tickets.actions.support import Visitor, support_as_visitor, support_ticket
from tickets.actions.verification import dispute_resolution, send_new_code, verify_resolution
from tickets.enums import EventKind, Source
from tickets.models import Project, TicketEvent
from tickets.tests.factories import PRETORIA, burst_pipe_category, report_ticket
from tickets.verification import code_for, short_key

pytestmark = pytest.mark.django_db
ACCEPTED = NotificationState.ACCEPTED
TITLE = "Burst pipe in Church Street"


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department, full_name="Sipho Nkosi")


@pytest.fixture
def thandi() -> User:
    return resident()


def test_a_report_is_confirmed_by_mail_and_sms_with_reference_and_link(
    category: Category, thandi: User, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    ticket = report_ticket(category, reporter=thandi)

    assert tell(ticket, EventKind.CREATED) == {
        ("reporter", "email"): ACCEPTED,
        ("reporter", "sms"): ACCEPTED,
    }

    (mail,) = mailbox.messages()
    assert mail.recipients == [thandi.email]
    assert mail.subject == f"[{ticket.reference}] We have your report: {TITLE}"
    assert f"http://testserver/t/{ticket.reference}/" in mail.text
    assert "You get this because you reported this problem." in mail.text
    assert mail.sender == sender_of(category.organisation)
    assert ticket.reference in mail.html
    (sms,) = sms_inbox.messages()
    assert (sms.sender, sms.recipients) == ("+27120000000", [thandi.phone])
    assert sms.text == (
        f"{ticket.reference}: we have your report: {TITLE}."
        f" Follow it here: http://testserver/t/{ticket.reference}/"
    )


def test_a_reporter_without_account_is_told_at_the_address_they_gave(
    category: Category, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    ticket = create_ticket(
        category.organisation,
        Report(title=TITLE, category=category, place=PRETORIA),
        reporter=Reporter(email="lerato@example.org"),
        source=Source.WEB,
        acting_user=None,
    )
    assert tell(ticket, EventKind.CREATED) == {("reporter", "email"): ACCEPTED}
    assert mailbox.messages()[0].recipients == ["lerato@example.org"]
    assert sms_inbox.messages() == []
    told = Notification.objects.get()
    assert (told.recipient, told.recipient_key.startswith("address:")) == (None, True)


def test_reporter_and_supporter_hear_that_work_is_in_progress(
    category: Category, agent: User, thandi: User, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    ticket = report_ticket(category, reporter=thandi)
    pieter = resident(full_name="Pieter", phone=None)
    support_ticket(ticket, acting_user=pieter)
    start_work(ticket, acting_user=agent)

    assert tell(ticket, EventKind.STARTED) == {
        ("reporter", "email"): ACCEPTED,
        ("reporter", "sms"): ACCEPTED,
        ("supporters", "email"): ACCEPTED,
    }
    assert "in progress" in mailbox.to(str(thandi.email))[0].text
    assert "in progress" in sms_inbox.to(str(thandi.phone))[0].text
    mail = mailbox.to(str(pieter.email))[0]
    assert "in progress" in mail.text
    assert "this is your problem too" in mail.text


def test_who_said_me_too_without_an_account_is_told_with_a_way_to_take_it_back(
    category: Category, agent: User, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    ticket = report_ticket(category)
    email, phone = Contact(ContactKind.EMAIL, "thabo@example.org"), Contact(ContactKind.PHONE, "+27821234599")
    by_mail, by_phone = (
        support_as_visitor(ticket, Visitor(contact, "en", is_confirmed=True), acting_user=AnonymousUser())
        for contact in (email, phone)
    )
    start_work(ticket, acting_user=agent)

    told = tell(ticket, EventKind.STARTED)

    assert (told["supporters", "email"], told["supporters", "sms"]) == (ACCEPTED, ACCEPTED)
    mail, own = mailbox.to(email.value)[0], f"http://testserver/m/{short_key(by_mail.pk)}/"
    assert f"See the ticket: {own}\r\n" in mail.text
    assert mail.headers["List-Unsubscribe"] == f"<{own}take-back/>"
    assert "this is your problem too" in mail.text
    assert sms_inbox.to(phone.value)[0].text == (
        f"{ticket.reference}: work is in progress: {ticket.title}. http://testserver/m/{short_key(by_phone.pk)}/"
    )


def test_a_resolution_brings_the_code_and_its_link_and_neither_is_stored(
    category: Category, agent: User, thandi: User, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    ticket = report_ticket(category, reporter=thandi)
    resolve_ticket(ticket, note="New coupling fitted.", acting_user=agent)
    code = code_for(ticket.verifications.get())

    tell(ticket, EventKind.RESOLVED)

    mail, sms = mailbox.messages()[0], sms_inbox.messages()[0]
    assert "New coupling fitted." in mail.text
    assert re.findall(r"\b\d{6}\b", sms.text)[0] == code
    assert code in mail.text
    assert code in mail.html
    assert re.search(r"http://testserver/v/[\w-]{22}/", sms.text)
    assert re.search(r"http://testserver/v/[\w-]{22}/", mail.text)
    for row in Notification.objects.values():
        assert code not in str(row)


def test_a_supporter_may_confirm_only_a_fault_in_public_space(
    category: Category, agent: User, mailbox: Inbox
) -> None:
    ticket = report_ticket(category)
    pieter = resident(phone=None)
    support_ticket(ticket, acting_user=pieter)
    category.is_public_space = False
    category.save()
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    tell(ticket, EventKind.RESOLVED)
    mail = mailbox.to(str(pieter.email))[0]
    assert "/v/" not in mail.text
    assert code_for(ticket.verifications.get()) not in mail.text


def test_every_sms_has_plain_letters_and_at_most_two_segments(
    category: Category, agent: User, thandi: User, sms_inbox: Inbox
) -> None:
    ticket = report_ticket(category, reporter=thandi, title="Pyp het gebars – môre se water is wég! " * 5)
    tell(ticket, EventKind.CREATED)
    start_work(ticket, acting_user=agent)
    tell(ticket, EventKind.STARTED)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    tell(ticket, EventKind.RESOLVED)
    send_new_code(ticket, acting_user=thandi)
    tell(ticket, EventKind.CODE_SENT)

    texts = [message.text for message in sms_inbox.messages()]
    assert len(texts) == 4
    assert [text for text in texts if text != to_gsm(text) or length(text) > LIMIT] == []
    assert texts[0].endswith("/")
    assert code_for(ticket.verifications.get()) in texts[0]


def test_an_answer_is_quoted_to_the_reporter(
    category: Category, agent: User, thandi: User, mailbox: Inbox
) -> None:
    ticket = report_ticket(category, reporter=thandi)
    respond(ticket, message="Which side of the street is it?", acting_user=agent)
    tell(ticket, EventKind.RESPONDED)
    assert "Which side of the street is it?" in mailbox.to(str(thandi.email))[0].text


def test_a_dispute_reaches_the_agent_and_the_department_admin_with_its_reason(
    category: Category, agent: User, mailbox: Inbox
) -> None:
    johan = staff_member(category.department, role=Role.DEPARTMENT_ADMIN, capacity=1)
    ticket = report_ticket(category)
    override_assignment(ticket, assignee=agent, reason="Hers", acting_user=None)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    dispute_resolution(ticket, reason="Water is still running", acting_user=ticket.reporter)

    assert tell(ticket, EventKind.DISPUTED) == {
        ("assignee", "email"): ACCEPTED,
        ("department_admins", "email"): ACCEPTED,
    }
    for person in (agent, johan):
        assert "Water is still running" in mailbox.to(str(person.email))[0].text


def test_an_expired_ticket_is_told_to_the_department_that_is_held_accountable(
    category: Category, agent: User, mailbox: Inbox
) -> None:
    johan = staff_member(category.department, role=Role.DEPARTMENT_ADMIN, capacity=1)
    ticket = report_ticket(category)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
        tell(ticket, EventKind.EXPIRED)
    mail = mailbox.to(str(johan.email))[0]
    assert "expired" in mail.text
    assert "held accountable" in mail.text


def test_the_admins_of_the_organisation_are_those_who_have_this_role_there_now(category: Category) -> None:
    city = category.organisation
    nomsa = MembershipFactory.create(organisation=city, role=Role.ORGANISATION_ADMIN).user
    MembershipFactory.create(organisation=city, role=Role.ORGANISATION_ADMIN, is_active=False)
    MembershipFactory.create(role=Role.ORGANISATION_ADMIN)
    staff_member(category.department, role=Role.DEPARTMENT_ADMIN)
    event = last_event(report_ticket(category), EventKind.CREATED)
    told = recipients_of(event, Audience.ORGANISATION_ADMINS)
    assert [(recipient.user_id, recipient.email) for recipient in told] == [(nomsa.pk, nomsa.email)]


def test_a_department_without_admin_has_its_expired_tickets_told_to_the_organisation_admin(
    category: Category, mailbox: Inbox
) -> None:
    admin = UserFactory.create()
    MembershipFactory.create(organisation=category.organisation, user=admin, role=Role.ORGANISATION_ADMIN)
    ticket = report_ticket(category)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
        tell(ticket, EventKind.EXPIRED)
    assert [mail.recipients for mail in mailbox.messages()] == [[admin.email]]


def test_nobody_is_told_about_their_own_action(
    category: Category, agent: User, thandi: User, mailbox: Inbox
) -> None:
    ticket = report_ticket(category, reporter=thandi)
    add_message(ticket, body="A team is on its way", acting_user=agent)
    tell(ticket, EventKind.MESSAGE_ADDED)
    assert [mail.recipients for mail in mailbox.messages()] == [[thandi.email]]
    add_message(ticket, body="Thank you", acting_user=thandi)
    tell(ticket, EventKind.MESSAGE_ADDED)
    assert next(mail.recipients for mail in mailbox.messages()) == [agent.email]
    assert len(mailbox.messages()) == 2


def test_an_agent_is_told_what_is_assigned_to_them(category: Category, agent: User, mailbox: Inbox) -> None:
    ticket = report_ticket(category)
    tell(ticket, EventKind.ASSIGNED)
    mail = mailbox.to(str(agent.email))[0]
    assert f"/console/tickets/ticket/{ticket.pk}/change/" in mail.text
    assert "This ticket is assigned to you." in mail.text


def test_a_transfer_names_the_department_that_has_it_now(
    category: Category, agent: User, thandi: User, mailbox: Inbox
) -> None:
    ticket = report_ticket(category, reporter=thandi)
    roads = DepartmentFactory.create(organisation=category.organisation, name="Roads and Stormwater")
    transfer_ticket(ticket, department=roads, reason="It is a storm drain", acting_user=agent)
    tell(ticket, EventKind.TRANSFERRED)
    text = mailbox.to(str(thandi.email))[0].text
    assert "Roads and Stormwater" in text
    assert "It is a storm drain" in text


def test_a_ticket_that_nobody_confirmed_is_told_as_closed(
    category: Category, agent: User, thandi: User, mailbox: Inbox
) -> None:
    ticket = report_ticket(category, reporter=thandi)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    close_unanswered(ticket, acting_user=None)
    tell(ticket, EventKind.CLOSED)
    assert "closed as not verified" in mailbox.to(str(thandi.email))[0].text


def test_everybody_on_a_projects_ticket_hears_what_changed_and_who_works_on_it(
    category: Category, mailbox: Inbox
) -> None:
    people = [staff_member(category.department, full_name=name) for name in ("Ann Lee", "Ben Ray")]
    project = Project.objects.create(organisation=category.organisation, name="Move the depot")
    ticket = create_ticket(
        category.organisation,
        Report(title="Order boxes", project=project, assignees=people),
        reporter=Reporter(user=people[0]),
        source=Source.API,
        acting_user=people[0],
    )
    boss = staff_member(category.department, role=Role.ORGANISATION_ADMIN)
    start_work(ticket, acting_user=boss)
    tell(ticket, EventKind.STARTED)
    release()
    text = mailbox.to(str(people[1].email))[0].text
    assert "Status: open → in progress" in text
    assert "Current assignees: Ann Lee, Ben Ray." in text


def test_routing_twice_tells_once(category: Category, thandi: User, mailbox: Inbox) -> None:
    ticket = report_ticket(category, reporter=thandi)
    tell(ticket, EventKind.CREATED)
    assert route_event(last_event(ticket, EventKind.CREATED).pk) == []
    assert Notification.objects.count() == 2
    assert len(mailbox.messages()) == 1


def test_a_message_is_in_the_recipients_language(category: Category, mailbox: Inbox) -> None:
    ticket = report_ticket(category, reporter=resident(phone=None, language="af"))
    tell(ticket, EventKind.CREATED)
    assert Notification.objects.get().language == "af"
    assert 'lang="af"' in mailbox.messages()[0].html


def test_old_news_is_not_told(category: Category, agent: User, thandi: User, mailbox: Inbox) -> None:
    ticket = report_ticket(category, reporter=thandi)
    start_work(ticket, acting_user=agent)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    assert set(tell(ticket, EventKind.STARTED).values()) == {NotificationState.SUPPRESSED}
    verify_resolution(ticket, code=code_for(ticket.verifications.get()), acting_user=thandi)
    assert set(tell(ticket, EventKind.RESOLVED).values()) == {NotificationState.SUPPRESSED}
    assert mailbox.messages() == []


def test_a_follower_hears_how_it_goes_and_is_asked_for_no_proof(
    category: Category, agent: User, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    ticket = report_ticket(category)
    pieter, lindiwe = resident(full_name="Pieter", phone=None), resident(email=None)
    for person in (pieter, lindiwe, agent):
        follow_ticket(ticket, acting_user=person)
    resolve_ticket(ticket, note="New coupling.", acting_user=agent)

    told = tell(ticket, EventKind.RESOLVED)

    assert {audience for audience, _channel in told} == {"reporter", "followers"}
    mail = mailbox.to(str(pieter.email))[0]
    assert "You get this because you follow this ticket." in mail.text
    assert f"/t/{ticket.reference}/" in mail.text
    for text in (mail.text, sms_inbox.to(str(lindiwe.phone))[0].text):
        assert "/v/" not in text
        assert code_for(ticket.verifications.get()) not in text
    # The agent resolved it, and needs no telling.
    assert mailbox.to(str(agent.email)) == []


def test_who_works_here_gets_the_consoles_address_of_what_they_follow(
    category: Category, agent: User, mailbox: Inbox
) -> None:
    ticket = report_ticket(category, is_public=False)
    colleague = staff_member(category.department)
    follow_ticket(ticket, acting_user=colleague)
    start_work(ticket, acting_user=agent)
    tell(ticket, EventKind.STARTED)
    assert f"/console/tickets/ticket/{ticket.pk}/" in mailbox.to(str(colleague.email))[0].text


def test_who_may_not_see_it_any_more_is_told_nothing(category: Category, agent: User) -> None:
    ticket = report_ticket(category, is_public=False)
    colleague = staff_member(category.department)
    follow_ticket(ticket, acting_user=colleague)
    colleague.memberships.update(is_active=False)
    start_work(ticket, acting_user=agent)
    assert recipients_of(last_event(ticket, EventKind.STARTED), Audience.FOLLOWERS) == []


def test_many_followers_of_a_public_ticket_cost_as_much_as_one(
    category: Category, agent: User, django_assert_num_queries: Any
) -> None:
    ticket = report_ticket(category)
    for number in (1, 2):
        for _more in range(number):
            follow_ticket(ticket, acting_user=UserFactory.create())
        if number == 1:
            start_work(ticket, acting_user=agent)
        event = TicketEvent.objects.select_related("ticket").get(ticket=ticket, kind=EventKind.STARTED)
        with django_assert_num_queries(1):
            assert len(recipients_of(event, Audience.FOLLOWERS)) == {1: 1, 2: 3}[number]
