"""What Twilio says became of a message."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from notifications.actions.attempts import end_attempt
from notifications.actions.deliver import deliver
from notifications.enums import AttemptOutcome, NotificationState
from notifications.inbound.enums import WhyStopped
from notifications.inbound.models import OrganisationChannels, SuppressedAddress
from notifications.inbound.tests.twilio import post
from notifications.models import Notification, Receipt
from notifications.tests.factories import resident, tell
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
THANDI = "+27821234501"
S = NotificationState


@pytest.fixture
def sent(sms_inbox: Inbox) -> Notification:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(email=None))
    tell(ticket, EventKind.CREATED)
    return Notification.objects.get()


def told(sent: Notification, status: str, **fields: str) -> str:
    form = {"MessageSid": sent.provider_reference, "MessageStatus": status, "To": THANDI, **fields}
    assert post("twilio_status", form).status_code == 204
    sent.refresh_from_db()
    return str(sent.state)


def test_a_message_is_followed_until_it_arrives(sent: Notification) -> None:
    steps = ["queued", "sending", "sent", "delivered", "delivered", "sent"]
    assert [told(sent, step) for step in steps] == [S.ACCEPTED] * 3 + [S.DELIVERED] * 3
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_a_message_that_comes_back_says_why(sent: Notification, status: str) -> None:
    assert told(sent, status, ErrorCode="30005") == S.BOUNCED
    assert sent.last_error == f"{status} 30005"
    assert SuppressedAddress.objects.count() == 0


def test_a_number_that_said_stop_to_the_carrier_is_told_nothing_more(sent: Notification) -> None:
    told(sent, "undelivered", ErrorCode="21610")
    row = SuppressedAddress.objects.get()
    assert (row.channel, row.address, row.reason) == ("sms", THANDI, WhyStopped.CARRIER)


def test_what_is_not_known_or_not_said_changes_nothing(sent: Notification) -> None:
    assert told(sent, "delivered", MessageSid="SM-of-somebody-else") == S.ACCEPTED
    assert told(sent, "teleported") == S.ACCEPTED
    assert told(sent, "delivered", MessageSid="") == S.ACCEPTED
    assert Receipt.objects.count() == 0


def test_a_callback_that_nobody_signed_is_refused(sent: Notification) -> None:
    form = {"MessageSid": sent.provider_reference, "MessageStatus": "delivered", "To": THANDI}
    assert post("twilio_status", form, token="another").status_code == 403
    sent.refresh_from_db()
    assert (sent.state, Receipt.objects.count()) == (S.ACCEPTED, 0)


def test_twilio_is_asked_to_tell(sent: Notification, sms_inbox: Inbox) -> None:
    address = "http://testserver/webhooks/twilio/status/"
    assert sms_inbox.office.callbacks[sent.provider_reference] == f"{address}?message={sent.pk}.1"


@pytest.fixture
def under_way(sent: Notification) -> Notification:
    """The SMS is with Twilio, and we have not heard its answer yet."""
    sent.tries.update(outcome=AttemptOutcome.SENDING, ended_at=None, provider_reference="")
    later = timezone.now() + timedelta(minutes=5)
    Notification.objects.update(state=S.SENDING, provider_reference="", sent_at=None, next_attempt_at=later)
    sent.refresh_from_db()
    return sent


def told_early(sent: Notification, name: str, status: str) -> str:
    form = {"MessageSid": "SM-early", "MessageStatus": status, "To": THANDI}
    assert post("twilio_status", form, query={"message": name}).status_code == 204
    sent.refresh_from_db()
    return str(sent.state)


def test_what_arrives_before_twilios_own_answer_is_that_answer(under_way: Notification) -> None:
    attempt = under_way.tries.get()
    assert told_early(under_way, under_way.name_of_attempt, "delivered") == S.DELIVERED
    assert (under_way.provider_reference, under_way.next_attempt_at) == ("SM-early", None)
    # The worker hears the answer afterwards, or that the connection broke.
    end_attempt(attempt, AttemptOutcome.ACCEPTED, S.ACCEPTED, reference="SM-early")
    end_attempt(attempt, AttemptOutcome.LATER, S.QUEUED, words="Timed out", next_attempt_at=timezone.now())
    under_way.refresh_from_db()
    attempt.refresh_from_db()
    assert (under_way.state, under_way.next_attempt_at) == (S.DELIVERED, None)
    assert (attempt.outcome, attempt.provider_reference) == (AttemptOutcome.ACCEPTED, "SM-early")
    assert deliver(under_way.pk) == ""


def test_a_name_that_is_none_of_ours_changes_nothing(under_way: Notification) -> None:
    for name in ("", "x", f"{under_way.pk}", f"{under_way.pk}.2", f"{under_way.pk}.x", f"{uuid4()}.1"):
        assert told_early(under_way, name, "delivered") == S.SENDING
    assert Receipt.objects.count() == 0


def test_what_whatsapp_does_not_carry_goes_by_sms_once(sms_inbox: Inbox) -> None:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(email=None))
    OrganisationChannels.objects.create(organisation=ticket.organisation, whatsapp_from="+27120000001")
    assert tell(ticket, EventKind.CREATED) == {("reporter", "whatsapp"): S.ACCEPTED}
    sent = Notification.objects.get()
    for _time in range(2):
        assert told(sent, "undelivered", To=f"whatsapp:{THANDI}", ErrorCode="63016") == S.BOUNCED
    by_sms = Notification.objects.get(channel="sms")
    assert (by_sms.event, by_sms.address, by_sms.state) == (sent.event, THANDI, S.QUEUED)
    assert deliver(by_sms.pk) == S.ACCEPTED
    assert [found.recipients for found in sms_inbox.messages()] == [[THANDI], [f"whatsapp:{THANDI}"]]


def test_who_said_stop_to_whatsapp_is_not_told_by_sms_instead(sms_inbox: Inbox) -> None:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(email=None))
    OrganisationChannels.objects.create(organisation=ticket.organisation, whatsapp_from="+27120000001")
    tell(ticket, EventKind.CREATED)
    told(Notification.objects.get(), "undelivered", To=f"whatsapp:{THANDI}", ErrorCode="21610")
    assert (Notification.objects.count(), SuppressedAddress.objects.get().channel) == (1, "whatsapp")
