"""What a provider says of a message later: whatever it repeats, and in whatever order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.actions.deliver import deliver
from notifications.actions.receipts import record_receipt
from notifications.actions.route import route_event
from notifications.enums import Channel, NotificationState
from notifications.models import Notification, Receipt
from notifications.tests.factories import last_event, resident
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
S = NotificationState
NOW = timezone.now()


@pytest.fixture
def sent(sms_inbox: Inbox) -> Notification:
    """An SMS that the provider took."""
    ticket = report_ticket(burst_pipe_category(), reporter=resident(email=None))
    (key,) = route_event(last_event(ticket, EventKind.CREATED).pk)
    assert deliver(key) == S.ACCEPTED
    return Notification.objects.get(pk=key)


def heard(message: Notification, *states: NotificationState) -> list[str]:
    """The message's state after each of these receipts."""
    known = []
    for state in states:
        receipt = record_receipt(Channel.SMS, message.provider_reference, state, "30005 Unknown", NOW)
        assert receipt is not None
        message.refresh_from_db()
        known.append(message.state)
    return known


def test_a_message_arrives_or_comes_back(sent: Notification) -> None:
    assert heard(sent, S.ACCEPTED, S.DELIVERED) == [S.ACCEPTED, S.DELIVERED]
    assert sent.last_error == ""
    assert heard(sent, S.BOUNCED) == [S.BOUNCED]
    assert sent.last_error == "30005 Unknown"


def test_a_repeated_receipt_is_kept_once(sent: Notification) -> None:
    first = record_receipt(Channel.SMS, sent.provider_reference, S.DELIVERED, "", NOW)
    later = NOW + timedelta(minutes=1)
    assert record_receipt(Channel.SMS, sent.provider_reference, S.DELIVERED, "Again", later) == first
    assert list(Receipt.objects.values_list("state", "words", "at")) == [(S.DELIVERED, "", NOW)]


def test_a_message_is_never_moved_back(sent: Notification) -> None:
    assert heard(sent, S.DELIVERED, S.ACCEPTED) == [S.DELIVERED, S.DELIVERED]
    assert heard(sent, S.BOUNCED, S.DELIVERED) == [S.BOUNCED, S.BOUNCED]
    assert sorted(Receipt.objects.values_list("state", flat=True)) == [S.ACCEPTED, S.BOUNCED, S.DELIVERED]


@pytest.mark.parametrize("reference", ["SM00000000000000000000000000000000", ""])
def test_a_reference_that_nobody_knows_changes_nothing(sent: Notification, reference: str) -> None:
    assert record_receipt(Channel.SMS, reference, S.BOUNCED, "", NOW) is None
    assert record_receipt(Channel.EMAIL, sent.provider_reference, S.BOUNCED, "", NOW) is None
    sent.refresh_from_db()
    assert (sent.state, Receipt.objects.count()) == (S.ACCEPTED, 0)


def test_what_no_receipt_says_is_refused(sent: Notification) -> None:
    with pytest.raises(ValueError, match="queued"):
        record_receipt(Channel.SMS, sent.provider_reference, S.QUEUED, "", NOW)
    assert Receipt.objects.count() == 0


def test_a_late_receipt_of_an_earlier_attempt_says_nothing_of_the_one_that_runs(sent: Notification) -> None:
    Notification.objects.filter(pk=sent.pk).update(
        state=S.QUEUED, next_attempt_at=NOW, attempts=2, failures=1
    )
    assert heard(sent, S.BOUNCED) == [S.QUEUED]
    assert Receipt.objects.get().attempt.number == 1


def test_codes_and_keys_in_a_receipt_are_scrubbed(sent: Notification) -> None:
    said = "The message 'Code: 123456' did not arrive"
    receipt = record_receipt(Channel.SMS, sent.provider_reference, S.BOUNCED, said, NOW)
    assert receipt is not None
    assert receipt.words == "The message 'Code: ***' did not arrive"


def test_what_was_sent_along_moves_along(sent: Notification) -> None:
    other = report_ticket(burst_pipe_category(), reporter=resident(email=None, phone="+27821234509"))
    (key,) = route_event(last_event(other, EventKind.CREATED).pk)
    Notification.objects.filter(pk=key).update(
        carrier=sent, state=S.ACCEPTED, sent_at=NOW, next_attempt_at=None
    )
    heard(sent, S.DELIVERED)
    assert Notification.objects.get(pk=key).state == S.DELIVERED
