"""What people answer by SMS and by mail, brought in as providers bring it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import make_msgid

import pytest
from django.conf import LazySettings, settings
from pytest_bdd import given, parsers, then, when

from demo.phones import Exchange
from notifications.enums import Channel, NotificationState
from notifications.inbound.actions.fetching import fetch_mail
from notifications.inbound.enums import Became, Ignored
from notifications.inbound.mail.tokens import reply_address
from notifications.inbound.models import InboundMessage, OrganisationChannels
from notifications.models import Notification
from tests.features.world import World
from tests.imap import PASSWORD, USER, Mailbox
from tickets.actions.verification import send_new_code
from tickets.enums import EventKind, Source
from tickets.models import Ticket
from tickets.verification import code_for


def told(
    world: World, name: str, channel: Channel, *kinds: EventKind, state: str = "accepted"
) -> Notification:
    """The last message to somebody, once a worker has brought it there."""
    rows = Notification.objects.filter(recipient=world.people[name], channel=channel, state=state)
    rows = rows.filter(event__kind__in=kinds, event__ticket=world.ticket).order_by("-created_at")
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if (found := rows.first()) is not None:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{name} was not told.")


def text(world: World, name: str, words: str) -> None:
    exchange = Exchange(
        world.base_url,
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        world.sms_inbox.office.outbox,
    )
    exchange.send(words, sender=world.phone_of(name), sent_to=settings.TWILIO_FROM)


@when(parsers.parse("{name} answers the SMS with its code"))
def answers_with_code(world: World, name: str) -> None:
    told(world, name, Channel.SMS, EventKind.RESOLVED)
    text(world, name, world.code_in_sms(name))


@when(parsers.parse('{name} answers the SMS with "{words}"'))
def answers_sms(world: World, name: str, words: str) -> None:
    told(world, name, Channel.SMS, EventKind.RESOLVED)
    text(world, name, words)


@when(parsers.parse("{name} asks by SMS for the status"))
def asks_for_status(world: World, name: str) -> None:
    text(world, name, f"Status {world.ticket.reference.lower()}")


@when(parsers.parse("{name} asks for a new code"))
def asks_for_code(world: World, name: str) -> None:
    send_new_code(world.ticket, acting_user=world.people[name])


@then(parsers.parse("no SMS goes out to {name} because she said STOP"))
def nothing_goes_out(world: World, name: str) -> None:
    row = told(world, name, Channel.SMS, EventKind.CODE_SENT, state=NotificationState.SUPPRESSED)
    code = code_for(world.ticket.verifications.get())
    assert row.last_error == "asked for it (STOP)"
    assert [found for found in world.sms_inbox.to(world.phone_of(name)) if code in found.text] == []


@then(parsers.parse("{name} gets the new code by SMS"))
def gets_new_code(world: World, name: str) -> None:
    world.sms_inbox.wait_for(world.phone_of(name), containing=code_for(world.ticket.verifications.get()))


@then(parsers.re(r'the ticket has the message "(?P<words>.+)" by (?P<way>SMS|e-mail)'))
def has_message(world: World, words: str, way: str) -> None:
    said = world.ticket.messages.get()
    assert (said.body, said.source) == (words, Source.SMS if way == "SMS" else Source.EMAIL)


@pytest.fixture
def letters(world: World, settings: LazySettings) -> Iterator[Mailbox]:
    """A mailbox that the application fetches from by IMAP."""
    mailbox = Mailbox()
    mailbox.start()
    settings.IMAP_HOST, settings.IMAP_PORT, settings.IMAP_SSL = "127.0.0.1", mailbox.port, False
    settings.IMAP_USER, settings.IMAP_PASSWORD = USER, PASSWORD
    settings.REPLY_ADDRESS = "reply@city.example"
    yield mailbox
    mailbox.stop()


@given(parsers.parse('the city reads the mailbox "{address}"'))
def reads_mailbox(world: World, letters: Mailbox, address: str) -> None:
    OrganisationChannels.objects.create(organisation=world.city, mail_address=address)


def write(letters: Mailbox, sender: str, to: str, subject: str, words: str, **headers: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = make_msgid(domain="example.org")
    for header, value in headers.items():
        mail[header.replace("_", "-")] = value
    mail.set_content(words)
    letters.deliver(mail.as_bytes())
    assert fetch_mail() == 1


def answer(world: World, letters: Mailbox, name: str, words: str, **headers: str) -> None:
    row = told(world, name, Channel.EMAIL, EventKind.CREATED)
    quoted = f"{words}\n\nOn Thursday, City of Tshwane wrote:\n> We have your report\n"
    write(
        letters, world.address_of(name), reply_address(row.pk), "Re: We have your report", quoted, **headers
    )


@when(parsers.parse('{name} answers the e-mail with "{words}"'))
def answers_mail(world: World, letters: Mailbox, name: str, words: str) -> None:
    answer(world, letters, name, words)


@when(parsers.parse('{name}\'s program answers the e-mail with "{words}"'))
def program_answers(world: World, letters: Mailbox, name: str, words: str) -> None:
    world.typed["version"] = str(world.ticket.version)
    answer(world, letters, name, words, Auto_Submitted="auto-replied")


@then("nothing has changed on the ticket")
def nothing_changed(world: World) -> None:
    row = InboundMessage.objects.get()
    assert (row.became, row.ignored_because) == (Became.IGNORED, Ignored.AUTO_REPLY)
    assert (world.ticket.messages.count(), str(world.ticket.version)) == (0, world.typed["version"])


@when(parsers.parse('{name} writes an e-mail to "{address}" about "{subject}"'))
def writes_to_city(world: World, letters: Mailbox, name: str, address: str, subject: str) -> None:
    write(letters, f"{name} <{name.lower()}@example.org>", address, subject, "Since yesterday.")


@then(parsers.parse('there is a ticket "{title}"'))
def there_is_a_ticket(world: World, title: str) -> None:
    assert Ticket.objects.get().title == title
    assert world.ticket.organisation == world.city
