"""An SMS on the demo's page is answered as by a phone."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client

from notifications.inbound.enums import Became
from notifications.inbound.models import InboundMessage
from notifications.tests.factories import resident, tell
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

THANDI = "+27821234501"
PAGE = "/demo/messages/"


@pytest.mark.django_db(transaction=True)
def test_an_answer_comes_in_and_what_is_said_in_return_is_on_the_page(
    site: str, client: Client, sms_inbox: Inbox
) -> None:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(email=None))
    tell(ticket, EventKind.CREATED)
    assert 'name="words"' in client.get(PAGE).content.decode()
    answer = client.post(f"{PAGE}reply/", {"from": THANDI, "words": "Status"}, follow=True)
    assert InboundMessage.objects.get().became == Became.STATUS_TOLD
    assert f"{ticket.reference} (Burst pipe" in answer.content.decode()
    client.post(f"{PAGE}reply/", {"from": THANDI, "words": "Gate 3"})
    assert ticket.messages.get().body == "Gate 3"


@pytest.mark.django_db
def test_nobody_answers_for_a_phone_that_got_nothing(client: Client, sms_inbox: Inbox) -> None:
    assert client.post(f"{PAGE}reply/", {"from": THANDI, "words": "STOP"}).status_code == 404
    assert client.post(f"{PAGE}reply/", {}).status_code == 404
    assert InboundMessage.objects.count() == 0


@pytest.mark.django_db
def test_an_application_that_does_not_answer_is_said_so(
    client: Client, sms_inbox: Inbox, settings: LazySettings
) -> None:
    settings.SITE_URL = "http://127.0.0.1:1"
    tell(report_ticket(burst_pipe_category(), reporter=resident(email=None)), EventKind.CREATED)
    answer = client.post(f"{PAGE}reply/", {"from": THANDI, "words": "Status"}, follow=True)
    assert "The SMS did not arrive" in answer.content.decode()
