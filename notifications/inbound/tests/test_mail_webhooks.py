"""What a mail provider posts: mails that it received for us, and what became of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from notifications.enums import NotificationState
from notifications.inbound.enums import Became, WhyStopped
from notifications.inbound.models import InboundMessage, OrganisationChannels, SuppressedAddress
from notifications.inbound.tests.mails import THANDI, written
from notifications.models import Notification
from notifications.tests.factories import resident, tell
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
INBOUND, TRACKING = "/webhooks/mail/postmark/inbound/", "/webhooks/mail/postmark/tracking/"
# mailer:secret, of the settings of tests
SECRET = "Basic bWFpbGVyOnNlY3JldA=="


def post(address: str, event: dict[str, Any], *, secret: str = SECRET) -> int:
    headers = {"Authorization": secret} if secret else {}
    client = Client(enforce_csrf_checks=True)
    answer = client.post(address, json.dumps(event), content_type="application/json", headers=headers)
    return int(answer.status_code)


@pytest.fixture(autouse=True)
def _city() -> None:
    organisation = burst_pipe_category().organisation
    OrganisationChannels.objects.create(organisation=organisation, mail_address="report@city.example")


@pytest.fixture
def sent(mailbox: Inbox) -> Notification:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(email=THANDI, phone=None))
    tell(ticket, EventKind.CREATED)
    # As a provider of anymail's calls it.
    Notification.objects.update(provider_reference="pm-1")
    for row in Notification.objects.all():
        row.tries.update(provider_reference="pm-1")
    return Notification.objects.get()


def told(sent: Notification, record: str, **fields: Any) -> str:
    event = {"RecordType": record, "MessageID": "pm-1", "Recipient": THANDI, "Email": THANDI, **fields}
    assert post(TRACKING, event) == 200
    sent.refresh_from_db()
    return str(sent.state)


def test_a_mail_that_is_posted_opens_a_ticket_once() -> None:
    event = {
        "RawEmail": written("It runs.").decode(),
        "MessageID": "x",
        "OriginalRecipient": "report@city.example",
    }
    assert [post(INBOUND, event), post(INBOUND, event)] == [200, 200]
    assert Ticket.objects.get().description == "It runs."
    assert InboundMessage.objects.get().became == Became.TICKET_OPENED


def test_the_address_on_the_envelope_counts_as_well() -> None:
    raw = written("It runs.", to="undisclosed-recipients:;").decode()
    assert post(INBOUND, {"RawEmail": raw, "OriginalRecipient": "report@city.example"}) == 200
    assert Ticket.objects.count() == 1


def test_a_mail_larger_than_a_form_is_taken() -> None:
    raw = written("It runs.").decode() + "\n" + "x" * 3_000_000
    assert post(INBOUND, {"RawEmail": raw}) == 200
    assert Ticket.objects.count() == 1


def test_a_mail_larger_than_any_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.inbound.views.LARGEST_POST", 1000)
    assert post(INBOUND, {"RawEmail": written("x" * 2000).decode()}) == 413
    assert (Ticket.objects.count(), InboundMessage.objects.count()) == (0, 0)


@pytest.mark.parametrize("secret", ["", "Basic bWFpbGVyOndyb25n", "Bearer x"])
def test_who_does_not_know_the_secret_is_refused(sent: Notification, secret: str) -> None:
    assert post(INBOUND, {"RawEmail": written().decode()}, secret=secret) == 400
    event = {"RecordType": "SpamComplaint", "MessageID": "pm-1", "Email": THANDI}
    assert post(TRACKING, event, secret=secret) == 400
    sent.refresh_from_db()
    assert (sent.state, InboundMessage.objects.count(), SuppressedAddress.objects.count()) == (
        NotificationState.ACCEPTED,
        0,
        0,
    )


def test_a_mail_is_followed_until_it_arrives(sent: Notification) -> None:
    assert told(sent, "Delivery", DeliveredAt="2026-11-26T08:00:00Z") == NotificationState.DELIVERED
    assert told(sent, "Open") == NotificationState.DELIVERED


def test_an_address_that_is_gone_is_written_to_no_more(sent: Notification) -> None:
    details = "smtp;550 5.1.1 The email account that you tried to reach does not exist."
    assert told(sent, "Bounce", Type="HardBounce", Details=details) == NotificationState.BOUNCED
    row = SuppressedAddress.objects.get()
    assert (row.channel, row.address, row.reason) == ("email", THANDI, WhyStopped.BOUNCED)


def test_a_full_mailbox_is_written_to_again(sent: Notification) -> None:
    details = "smtp;552 5.2.2 Mailbox full"
    assert told(sent, "Bounce", Type="SoftBounce", Details=details) == NotificationState.BOUNCED
    assert SuppressedAddress.objects.count() == 0


def test_who_calls_it_spam_is_written_to_no_more(sent: Notification) -> None:
    told(sent, "SpamComplaint", Type="SpamComplaint")
    assert SuppressedAddress.objects.get().reason == WhyStopped.COMPLAINED
