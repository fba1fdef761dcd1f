"""Mails that come back: answers, reports, and what nobody wrote."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.enums import Role
from accounts.models import Organisation, User
from common.tests.snapshot import Snapshot
from departments.models import Category
from departments.tests.factories import staff_member
from notifications.actions.deliver import deliver
from notifications.actions.route import route_event
from notifications.enums import NotificationState
from notifications.inbound.actions.answering import send_answers
from notifications.inbound.actions.mails import LARGEST_MAIL
from notifications.inbound.actions.receiving import MOST_MAILS_AN_HOUR
from notifications.inbound.enums import Became, Ignored, WhyStopped
from notifications.inbound.mail.tokens import notification_in, reply_address
from notifications.inbound.models import InboundMessage, OrganisationChannels, SuppressedAddress
from notifications.inbound.tests.mails import THANDI, arrive, written
from notifications.models import Notification
from notifications.tests.factories import last_event, resident, tell
from tests.inboxes import Inbox
from tickets.actions.following import follow_ticket
from tickets.actions.lifecycle import resolve_ticket, respond, start_work
from tickets.enums import EventKind, Source, Status
from tickets.models import Message, Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.pages import jpeg
from tickets.verification import code_for

pytestmark = pytest.mark.django_db
CITY = "report@city.example"


@pytest.fixture(autouse=True)
def _reply_address(settings: LazySettings) -> None:
    settings.REPLY_ADDRESS = "reply@city.example"


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department)


@pytest.fixture
def thandi() -> User:
    return resident(email=THANDI, phone=None)


@pytest.fixture
def ticket(category: Category, agent: User, thandi: User, mailbox: Inbox) -> Ticket:
    ticket = report_ticket(category, reporter=thandi)
    tell(ticket, EventKind.CREATED)
    return ticket


@pytest.fixture
def city(category: Category) -> Organisation:
    OrganisationChannels.objects.create(organisation=category.organisation, mail_address=CITY)
    return category.organisation


def told() -> Notification:
    return Notification.objects.filter(address=THANDI).latest("created_at")


def back() -> str:
    return reply_address(told().pk)


def kept() -> tuple[str, str]:
    row = InboundMessage.objects.newest_first()[:1].get()
    return row.became, row.ignored_because


# Answers to ours


def test_a_mail_says_where_an_answer_goes(ticket: Ticket, settings: LazySettings) -> None:
    address = back()
    assert notification_in(address.upper()) == told().pk
    assert len(address.partition("@")[0]) <= 64
    settings.REPLY_ADDRESS = ""
    assert reply_address(told().pk) == ""


@pytest.mark.parametrize(
    "address", ["reply+abc@city.example", "reply@city.example", "reply+@city.example", "x", ""]
)
def test_what_we_have_not_signed_is_no_token(address: str) -> None:
    assert notification_in(address) is None


def test_a_changed_token_is_none(ticket: Ticket) -> None:
    local, _at, domain = back().partition("@")
    other = "a" if local[-9] != "a" else "b"
    assert notification_in(f"{local[:-9]}{other}{local[-8:]}@{domain}") is None


def test_an_answer_becomes_a_message_without_quotes_and_signature(ticket: Ticket, thandi: User) -> None:
    text = (
        "The gate is locked.\r\nPlease ring.\r\n\r\n-- \r\nThandi Mokoena\r\n\r\n"
        "On Thu, 26 Nov 2026 at 10:00, City <noreply@city.example> wrote:\r\n"
        "> We have your report\r\n> Code: 123456\r\n"
    )
    row = arrive(written(text, to=back(), subject="Re: [TSH] We have your report"))
    said = ticket.messages.get()
    assert (said.body, said.author, said.source) == (
        "The gate is locked.\nPlease ring.",
        thandi,
        Source.EMAIL,
    )
    assert (row.became, row.ticket, row.person, row.text) == (
        Became.MESSAGE_ADDED,
        ticket,
        thandi,
        "The gate is locked.\nPlease ring.",
    )


@pytest.mark.parametrize(
    "quote",
    [
        "Op Do., 26 Nov. 2026 om 10:00 het City <x@y.example> geskryf:\n\n> Goeie dag\n> Kode: 123456\n",
        "________________________________\nFrom: City <x@y.example>\nSent: Thursday\nSubject: Hi\n\nOld\n",
        "> We have your report\n> Code: 123456\n",
        "-----Original Message-----\nFrom: City\nSent: Thursday\n\nOld words",
    ],
)
def test_quotes_of_many_programs_are_left_out(ticket: Ticket, quote: str) -> None:
    arrive(written(f"Gate 3\n\n{quote}", to=back()))
    assert ticket.messages.get().body == "Gate 3"


def test_a_mail_with_only_html_is_read_without_its_quote(ticket: Ticket) -> None:
    html = (
        "<html><body><p>Gate&nbsp;3, <b>please</b></p><div class='gmail_quote'>On Thursday City wrote:"
        "<blockquote>Code: 123456</blockquote></div></body></html>"
    )
    arrive(written("", html=html, to=back()))
    assert " ".join(ticket.messages.get().body.split()) == "Gate 3, please"


def test_the_answer_to_a_question_takes_the_ticket_back_to_work(ticket: Ticket, agent: User) -> None:
    respond(ticket, message="Which gate?", acting_user=agent)
    tell(ticket, EventKind.RESPONDED)
    arrive(written("Gate 3", to=back()))
    ticket.refresh_from_db()
    assert (ticket.status, ticket.auto_close_at) == (Status.IN_PROGRESS, None)
    assert ticket.events.filter(kind=EventKind.REPLIED).count() == 1


def test_without_the_token_the_references_lead_to_the_ticket(ticket: Ticket) -> None:
    sent, thread = told().provider_reference, f"<x@y> <ticket.{ticket.pk}@testserver>"
    arrive(written("By the message.", to="someone@else.example", In_Reply_To=sent))
    arrive(written("By the thread.", In_Reply_To=thread))
    arrive(written("By the message.", References=sent))
    arrive(written("By the thread.", References=thread))
    assert [row.body for row in ticket.messages.in_order()] == ["By the message.", "By the thread."] * 2


def test_references_of_somebody_else_lead_nowhere(ticket: Ticket) -> None:
    stranger = "Eve <eve@example.org>"
    arrive(written("Close it.", sender=stranger, In_Reply_To=told().provider_reference))
    arrive(written("Close it.", sender=stranger, References=f"<ticket.{ticket.pk}@testserver>"))
    assert (ticket.messages.count(), kept()) == (0, (Became.IGNORED, Ignored.UNKNOWN))


def test_a_token_in_the_wrong_hands_is_recognised(ticket: Ticket) -> None:
    row = arrive(written("Close it.", sender="Eve <eve@example.org>", to=back()))
    assert (kept(), row.ticket, ticket.messages.count()) == ((Became.IGNORED, Ignored.SPOOFED), ticket, 0)
    assert row.text == "Close it."


@pytest.mark.parametrize(
    ("results", "is_spoofed"),
    [
        ("mx.city.example; dmarc=fail header.from=example.org; spf=pass", True),
        ("mx.city.example; spf=fail smtp.mailfrom=example.org; dkim=none", True),
        ("mx.city.example; spf=fail; dkim=pass header.d=example.org", False),
        ("mx.city.example; dmarc=pass; spf=fail", False),
        ("mx.of-the-forger.example; dmarc=pass", False),
        ("mx.of-the-forger.example; dmarc=fail", False),
    ],
)
def test_what_our_mail_server_found_out_counts_and_nobody_elses_word(
    ticket: Ticket, settings: LazySettings, results: str, is_spoofed: bool
) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.city.example"
    arrive(written(to=back(), Authentication_Results=results))
    assert (kept()[1] == Ignored.SPOOFED, ticket.messages.count()) == (is_spoofed, 0 if is_spoofed else 1)


def test_staff_who_answer_write_a_note_and_nothing_to_the_resident(ticket: Ticket, agent: User) -> None:
    route_event(last_event(ticket, EventKind.ASSIGNED).pk)
    row = Notification.objects.get(recipient=agent)
    arrive(written("I go there at two.", sender=str(agent.email), to=reply_address(row.pk)))
    said = ticket.messages.get()
    assert (said.body, said.visibility, said.is_from_staff, said.author) == (
        "I go there at two.",
        "staff",
        True,
        agent,
    )


def test_who_has_left_says_nothing(ticket: Ticket, thandi: User) -> None:
    address = back()
    User.objects.filter(pk=thandi.pk).update(is_active=False)
    arrive(written(to=address))
    assert (kept()[1], ticket.messages.count()) == (Ignored.UNKNOWN, 0)


def test_a_follower_is_told_that_only_the_reporter_writes(
    ticket: Ticket, agent: User, mailbox: Inbox
) -> None:
    pieter = resident(email="pieter@example.org", phone=None)
    follow_ticket(ticket, acting_user=pieter)
    start_work(ticket, acting_user=agent)
    tell(ticket, EventKind.STARTED)
    row = Notification.objects.get(recipient=pieter)
    arrive(written("When?", sender="pieter@example.org", to=reply_address(row.pk)))
    assert (kept(), ticket.messages.count()) == ((Became.IGNORED, Ignored.NOT_ALLOWED), 0)
    send_answers()
    assert f"Only who reported {ticket.reference}" in mailbox.to("pieter@example.org")[0].text


def test_staff_never_read_a_code(ticket: Ticket, agent: User) -> None:
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    tell(ticket, EventKind.RESOLVED)
    code = code_for(ticket.verifications.get())
    row = arrive(written(f"You sent me {code}, what now?", to=back()))
    assert ticket.messages.get().body == "You sent me ***, what now?"
    assert code not in row.text
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED


# Files


def test_pictures_come_along_and_what_does_not_is_named_once(ticket: Ticket, mailbox: Inbox) -> None:
    picture = jpeg("a.jpg").read()
    pictures = {f"{number}.jpeg": picture for number in range(6)} | {"x.gif": b"GIF89a"}
    arrive(written("See here.", to=back(), pictures=pictures))
    assert (ticket.messages.get().attachments.count(), ticket.attachments.count()) == (5, 5)
    assert send_answers() == 1
    assert send_answers() == 0
    mail = mailbox.to(THANDI)[0]
    assert "We could not keep these files: 5.jpeg, x.gif." in mail.text
    assert ticket.reference in mail.subject


def test_a_picture_alone_is_a_message(ticket: Ticket) -> None:
    arrive(written("", html="<p></p>", to=back(), pictures={"a.jpeg": jpeg("a.jpg").read()}))
    said = ticket.messages.get()
    assert (said.body, said.attachments.count()) == ("Pictures without words.", 1)


def test_the_logo_of_a_signature_is_no_file(ticket: Ticket) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = THANDI, back(), "<logo@example.org>"
    mail.set_content("Gate 3")
    mail.add_alternative("<p>Gate 3</p><img src='cid:logo'>", subtype="html")
    part = mail.get_payload()[1]  # type: ignore[index]
    part.add_related(b"\x89PNG", "image", "png", cid="<logo>")  # type: ignore[union-attr]
    row = arrive(mail.as_bytes())
    assert (row.became, row.answer, ticket.attachments.count()) == (Became.MESSAGE_ADDED, "", 0)


# Reports


def test_a_mail_to_the_organisations_address_opens_a_ticket(city: Organisation, mailbox: Inbox) -> None:
    row = arrive(written("It runs down Church Street.\n\nThandi", subject="Fwd: Water in the street"))
    opened = Ticket.objects.get()
    assert (opened.organisation, opened.title, opened.source) == (city, "Water in the street", Source.EMAIL)
    assert opened.description.startswith("It runs down Church Street.")
    assert (opened.reporter_email, opened.reporter_name) == (THANDI, "Thandi Mokoena")
    assert (row.became, row.ticket, row.organisation) == (Became.TICKET_OPENED, opened, city)
    (key,) = route_event(last_event(opened, EventKind.CREATED).pk)
    assert deliver(key) == NotificationState.ACCEPTED
    assert opened.reference in mailbox.to(THANDI)[0].text


def test_a_report_of_somebody_with_an_account_is_theirs(city: Organisation, thandi: User) -> None:
    arrive(written(sender=THANDI.upper(), pictures={"a.jpeg": jpeg("a.jpg").read()}))
    opened = Ticket.objects.get()
    assert (opened.reporter, opened.attachments.count()) == (thandi, 1)


@pytest.mark.parametrize(
    ("subject", "text", "title"),
    [
        ("", "No lights\nin Church Street", "No lights"),
        ("Re:", "No lights", "No lights"),
        ("x" * 300, "", "x" * 199 + "…"),
    ],
)
def test_a_report_always_has_a_title(city: Organisation, subject: str, text: str, title: str) -> None:
    arrive(written(text, html="" if text else "<p></p>", subject=subject))
    assert Ticket.objects.get().title == title


def test_a_report_with_a_very_long_text_is_cut(city: Organisation) -> None:
    arrive(written("word " * 3000))
    description = Ticket.objects.get().description
    assert (len(description) <= 5000, description[-1]) == (True, "…")


def test_an_empty_mail_is_nothing(city: Organisation) -> None:
    arrive(written("", html="<p></p>", subject=""))
    assert (kept(), Ticket.objects.count()) == ((Became.IGNORED, Ignored.EMPTY), 0)


def test_a_mail_for_nobody_gets_one_helpful_answer(mailbox: Inbox) -> None:
    for _time in range(2):
        arrive(written(to="someone@city.example"))
    assert (send_answers(), len(mailbox.to(THANDI))) == (1, 1)
    assert "We could not tell which ticket" in mailbox.to(THANDI)[0].text
    assert (kept(), Ticket.objects.count()) == ((Became.IGNORED, Ignored.UNKNOWN), 0)


def test_an_answer_waits_for_a_mail_server_that_is_down(mailbox: Inbox) -> None:
    arrive(written(to="someone@city.example"))
    with mailbox.refusing():
        assert send_answers() == 0
    assert (send_answers(), send_answers(), len(mailbox.to(THANDI))) == (1, 0, 1)


# What nobody wrote


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner-email=x@y"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "yes"},
        {"List_Id": "<news.example.org>"},
        {"Return_Path": "<>"},
        {"subject": "Automatic reply: We have your report"},
        {"subject": "Out of office until Monday"},
        {"subject": "Abwesenheitsnotiz: We have your report"},
    ],
)
def test_machines_are_not_answered(ticket: Ticket, city: Organisation, headers: dict[str, Any]) -> None:
    before = Snapshot({"tickets": Ticket.objects.all(), "messages": Message.objects.all()})()
    row = arrive(written(to=f"{back()}, {CITY}", **headers))
    assert (kept(), row.answer) == ((Became.IGNORED, Ignored.AUTO_REPLY), "")
    assert Snapshot({"tickets": Ticket.objects.all(), "messages": Message.objects.all()})() == before


def test_a_person_whose_program_says_that_it_is_no_machine_is_heard(ticket: Ticket) -> None:
    arrive(written(to=back(), Auto_Submitted="no"))
    assert kept()[0] == Became.MESSAGE_ADDED


@pytest.mark.parametrize("sender", ["noreply@localhost", "reply@city.example", CITY.upper()])
def test_our_own_mails_are_no_conversation(city: Organisation, sender: str) -> None:
    arrive(written(sender=f"City <{sender}>"))
    assert (kept(), Ticket.objects.count()) == ((Became.IGNORED, Ignored.LOOP), 0)


def test_a_flood_of_mails_is_ignored(city: Organisation) -> None:
    for _time in range(MOST_MAILS_AN_HOUR):
        InboundMessage.objects.create(channel="email", provider_id=f"<{_time}@x>", sender=THANDI)
    arrive(written())
    assert (kept(), Ticket.objects.count()) == ((Became.IGNORED, Ignored.TOO_MANY), 0)


def test_a_mail_over_25_mb_is_not_read(city: Organisation, mailbox: Inbox) -> None:
    arrive(written(), size=LARGEST_MAIL + 1)
    assert (kept(), Ticket.objects.count()) == ((Became.IGNORED, Ignored.TOO_LARGE), 0)
    assert send_answers() == 1
    assert "larger than 25" in mailbox.to(THANDI)[0].text


def test_a_mail_told_twice_is_one(city: Organisation) -> None:
    raw = written(Message_ID="<once@example.org>")
    assert arrive(raw) == arrive(raw)
    assert Ticket.objects.count() == 1


def test_a_mail_without_an_id_is_known_by_its_bytes(city: Organisation) -> None:
    raw = written(Message_ID="none")
    assert arrive(raw) == arrive(raw)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe nonsense",
        b"From: a@b.example\r\nTo: report@city.example\r\nContent-Type: text/plain; charset=xx\r\n\r\n\xff",
        b"From: =?utf-8?q?=F0=9F?= <a@b.example>\r\nTo: report@city.example\r\nSubject: =?x?q?=?\r\n\r\nHi",
        b"From: a@b.example\r\nTo: report@city.example\r\nContent-Type: multipart/mixed\r\n\r\nx",
        b"From: a@b.example\r\nTo: report@city.example\r\nMessage-ID: <[x]@>\r\n\r\nHello\x00there",
        b"From: (comment only)\r\nTo: report@city.example\r\n\r\nHello",
    ],
)
def test_broken_mails_break_nothing(city: Organisation, raw: bytes) -> None:
    assert arrive(raw).became in {Became.IGNORED, Became.TICKET_OPENED}


# Bounces


def bounce(message_id: str, *, status: str = "5.1.1", action: str = "failed", to: str = THANDI) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: noreply@testserver\r\nSubject: Undelivered Mail\r\n"
        "Return-Path: <>\r\nAuto-Submitted: auto-replied\r\n"
        f"Message-ID: <{status}-{action}@mx.example>\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nThere is nobody of that name.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} User unknown\r\n\r\n"
        f"--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--B--\r\n"
    ).encode()


def test_a_bounce_moves_the_message_and_stops_an_address_that_is_gone(ticket: Ticket, agent: User) -> None:
    row = arrive(bounce(told().provider_reference))
    assert (row.became, row.ticket) == (Became.BOUNCED, ticket)
    sent = told()
    assert (sent.state, sent.last_error) == (NotificationState.BOUNCED, "5.1.1 smtp; 550 5.1.1 User unknown")
    stopped = SuppressedAddress.objects.get()
    assert (stopped.channel, stopped.address, stopped.reason) == ("email", THANDI, WhyStopped.BOUNCED)
    start_work(ticket, acting_user=agent)
    assert tell(ticket, EventKind.STARTED) == {("reporter", "email"): "suppressed"}


def test_a_full_mailbox_bounces_and_is_written_to_again(ticket: Ticket) -> None:
    arrive(bounce(told().provider_reference, status="5.2.2"))
    assert (told().state, SuppressedAddress.objects.count()) == (NotificationState.BOUNCED, 0)


def test_a_delay_is_no_bounce(ticket: Ticket) -> None:
    arrive(bounce(told().provider_reference, status="4.4.1", action="delayed"))
    assert (told().state, kept()) == (NotificationState.ACCEPTED, (Became.IGNORED, Ignored.BOUNCE))


def test_a_bounce_of_what_we_never_sent_changes_nothing(ticket: Ticket) -> None:
    arrive(bounce("<forged@testserver>"))
    assert (told().state, kept(), SuppressedAddress.objects.count()) == (
        NotificationState.ACCEPTED,
        (Became.IGNORED, Ignored.BOUNCE),
        0,
    )


def test_an_admin_reads_what_came_in_by_mail(ticket: Ticket, category: Category, client: Any) -> None:
    arrive(written(to=back()))
    admin = staff_member(category.department, role=Role.ORGANISATION_ADMIN)
    client.force_login(admin)
    assert THANDI in client.get("/console/notifications/inboundmessage/").content.decode()
