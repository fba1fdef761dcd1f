"""Mails are fetched from a mailbox that speaks IMAP."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from imap_tools.errors import MailboxLoginError

from accounts.models import Organisation
from notifications.inbound.actions import fetching
from notifications.inbound.actions.fetching import fetch_mail
from notifications.inbound.actions.mails import LARGEST_MAIL, receive_mail
from notifications.inbound.enums import Became, Ignored
from notifications.inbound.models import InboundMessage, OrganisationChannels
from notifications.inbound.tests.mails import THANDI, written
from notifications.tasks import fetch_mail as task
from tests.imap import PASSWORD, USER, Mailbox
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category
from tickets.tests.pages import jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings: LazySettings) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    mailbox.start()
    settings.IMAP_HOST, settings.IMAP_PORT, settings.IMAP_SSL = "127.0.0.1", mailbox.port, False
    settings.IMAP_USER, settings.IMAP_PASSWORD = USER, PASSWORD
    yield mailbox
    mailbox.stop()


@pytest.fixture(autouse=True)
def city() -> Organisation:
    organisation = burst_pipe_category().organisation
    OrganisationChannels.objects.create(organisation=organisation, mail_address="report@city.example")
    return organisation


def test_the_stand_in_speaks_to_pythons_own_client(box: Mailbox) -> None:
    box.deliver(written("Hello"))
    with imaplib.IMAP4("127.0.0.1", box.port) as client:
        client.login(USER, PASSWORD)
        assert client.select()[0] == "OK"
        assert client.uid("SEARCH", "UNSEEN") == ("OK", [b"1"])
        status, found = client.uid("FETCH", "1", "(BODY.PEEK[])")
        assert (status, found[0][1]) == ("OK", box.letters[0].raw)
        client.uid("STORE", "1", "+FLAGS", "(\\Seen)")
        assert client.uid("SEARCH", "UNSEEN") == ("OK", [b""])


def test_what_is_unseen_is_taken_once(box: Mailbox, city: Organisation) -> None:
    box.deliver(written("It runs.", pictures={"a.jpeg": jpeg("a.jpg").read()}))
    box.deliver(written("Another.", subject="Lights out"))
    assert (fetch_mail(), fetch_mail()) == (2, 0)
    opened = Ticket.objects.oldest_first()
    assert [ticket.title for ticket in opened] == ["Water in the street", "Lights out"]
    assert opened[0].attachments.count() == 1
    assert [letter.flags for letter in box.letters] == [{"\\Seen"}, {"\\Seen"}]
    assert "EXPUNGE" not in box.commands


def test_a_crash_before_it_is_marked_does_nothing_twice(box: Mailbox) -> None:
    letter = box.deliver(written())
    fetch_mail()
    letter.flags.clear()
    assert fetch_mail() == 1
    assert (Ticket.objects.count(), InboundMessage.objects.count(), letter.flags) == (1, 1, {"\\Seen"})


def test_a_mail_that_is_too_large_is_never_loaded(box: Mailbox) -> None:
    box.deliver(written(), size=LARGEST_MAIL + 1)
    fetch_mail()
    row = InboundMessage.objects.get()
    assert (row.became, row.ignored_because, row.sender) == (Became.IGNORED, Ignored.TOO_LARGE, THANDI)
    assert (box.commands.count("FETCH"), Ticket.objects.count()) == (1, 0)


def test_one_mail_that_cannot_be_read_does_not_hold_up_the_others(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:

    def stumble(message: object, **options: object) -> object:
        if "poison" in str(message):
            raise LookupError("What is that?")
        return receive_mail(message, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(fetching, "receive_mail", stumble)
    box.deliver(written("poison"))
    box.deliver(written("good"))
    assert (fetch_mail(), fetch_mail()) == (2, 0)
    assert box.letters[0].flags == {"\\Seen", "\\Flagged"}
    assert Ticket.objects.get().description == "good"
    assert InboundMessage.objects.filter(ignored_because=Ignored.UNREADABLE).count() == 1


def test_a_wrong_password_says_so(box: Mailbox, settings: LazySettings) -> None:
    settings.IMAP_PASSWORD = "wrong"
    with pytest.raises(MailboxLoginError):
        fetch_mail()


def test_without_a_mailbox_nothing_is_fetched(settings: LazySettings) -> None:
    settings.IMAP_HOST = ""
    assert task() == 0
