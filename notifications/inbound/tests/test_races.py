"""Providers tell the same thing twice at the same moment."""

from __future__ import annotations

import pytest

from notifications.inbound.actions.receiving import Received
from notifications.inbound.actions.texts import receive_text
from notifications.inbound.enums import Became
from notifications.inbound.models import InboundMessage
from notifications.tests.factories import resident, tell
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.together import all_at_once

THANDI = "+27821234501"


@pytest.mark.django_db(transaction=True)
def test_a_message_that_is_told_four_times_at_once_is_done_once(sms_inbox: Inbox) -> None:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(email=None))
    tell(ticket, EventKind.CREATED)
    received = Received(channel="sms", provider_id="SM1", sender=THANDI, text="Gate 3")
    rows = all_at_once([lambda: receive_text(received)] * 4)
    assert {(row.pk, row.became) for row in rows} == {(InboundMessage.objects.get().pk, Became.MESSAGE_ADDED)}
    assert ticket.messages.get().body == "Gate 3"
