"""Receiver, tasks and worker, on the real broker."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.actions.route import route_event
from notifications.tests.factories import last_event, resident
from tests.brokers import dead_broker
from tests.inboxes import Inbox
from tickets.actions.lifecycle import start_work
from tickets.actions.support import support_ticket
from tickets.enums import EventKind
from tickets.feed import relay_events
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket


@pytest.mark.django_db(transaction=True)
def test_a_report_is_told_by_the_worker_without_anybody_waiting(
    celery_worker_running: None, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    thandi = resident()
    ticket = report_ticket(burst_pipe_category(), reporter=thandi)
    assert ticket.reference in mailbox.wait_for(str(thandi.email)).text
    assert ticket.reference in sms_inbox.wait_for(str(thandi.phone)).text


@pytest.mark.django_db
def test_while_the_broker_is_away_an_event_counts_as_not_yet_told(settings: LazySettings) -> None:
    ticket = report_ticket(burst_pipe_category(), reporter=resident())
    with dead_broker(settings):
        relay_events()
    assert last_event(ticket, EventKind.CREATED).relayed_at is None


def queries_to_route(ticket: Ticket, supporters: int) -> int:
    for _number in range(supporters):
        support_ticket(ticket, acting_user=resident(phone=None))
    start_work(ticket, acting_user=None)
    event = last_event(ticket, EventKind.STARTED)
    with CaptureQueriesContext(connection) as asked:
        assert len(route_event(event.pk)) == supporters + 2
    return len(asked)


@pytest.mark.django_db
def test_routing_asks_the_same_number_of_queries_for_one_supporter_and_three() -> None:
    category = burst_pipe_category()
    one = report_ticket(category, reporter=resident())
    three = report_ticket(category, reporter=resident(phone="+27821234509"))
    assert queries_to_route(one, 1) == queries_to_route(three, 3)
