"""The delivery log in the console."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Organisation
from accounts.tests.factories import MembershipFactory, UserFactory
from notifications.actions.deliver import deliver, deliver_due
from notifications.actions.route import route_event
from notifications.enums import NotificationState
from notifications.models import Attempt, Notification, Receipt
from notifications.own_data import erase
from notifications.tests.factories import last_event, resident
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
LOG = "/console/notifications/notification/"


def signed_in(organisation: Organisation, role: Role) -> Client:
    person = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=organisation, user=person, role=role)
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def notification() -> Notification:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(phone=None))
    (key,) = route_event(last_event(ticket, EventKind.CREATED).pk)
    return Notification.objects.get(pk=key)


def page_of(notification: Notification) -> str:
    return reverse("admin:notifications_notification_change", args=[notification.pk])


def again(notification: Notification) -> str:
    return reverse("admin:notifications_notification_send_again", args=[notification.pk])


def test_an_organisation_admin_reads_the_log(notification: Notification) -> None:
    client = signed_in(notification.organisation, Role.ORGANISATION_ADMIN)
    shown = client.get(LOG)
    assert notification.address in shown.content.decode()
    assert client.get(f"{LOG}?state__exact=failed").status_code == 200
    assert client.get(page_of(notification)).status_code == 200


def test_nobody_writes_the_log(notification: Notification) -> None:
    client = signed_in(notification.organisation, Role.ORGANISATION_ADMIN)
    assert client.post(page_of(notification), {"address": "else@example.org"}).status_code == 403
    assert client.get(f"{LOG}add/").status_code == 403
    assert client.get(f"{page_of(notification)[:-7]}delete/").status_code == 403
    before = notification.address
    notification.refresh_from_db()
    assert notification.address == before


@pytest.mark.parametrize("role", [Role.AGENT, Role.DEPARTMENT_ADMIN, Role.AUDITOR])
def test_roles_that_may_not_see_every_address_are_refused(notification: Notification, role: Role) -> None:
    client = signed_in(notification.organisation, role)
    assert client.get(LOG).status_code == 403
    assert client.get(page_of(notification)).status_code in {403, 404}


def test_another_organisations_messages_do_not_exist(notification: Notification) -> None:
    other = burst_pipe_category().organisation
    client = signed_in(other, Role.ORGANISATION_ADMIN)
    assert notification.address not in client.get(LOG).content.decode()
    assert client.get(page_of(notification)).status_code == 404


# One message


def settled(message: Notification, state: NotificationState) -> Notification:
    sent_at = message.created_at if state == NotificationState.BOUNCED else None
    Notification.objects.filter(pk=message.pk).update(
        state=state,
        next_attempt_at=None,
        sent_at=sent_at,
        attempts=7,
        failures=7,
        last_error="550 No such box",
    )
    message.refresh_from_db()
    return message


def test_the_page_of_a_message_shows_every_attempt(notification: Notification, mailbox: Inbox) -> None:
    with mailbox.refusing():
        deliver(notification.pk)
    shown = signed_in(notification.organisation, Role.ORGANISATION_ADMIN).get(page_of(notification))
    (tried,) = shown.context["tries"]
    assert (tried["attempt"].number, str(tried["word"].text)) == (1, "Not accepted now")
    assert "451 4.3.2 The post office is closed, try later" in shown.content.decode()


def test_the_page_takes_the_same_number_of_queries_for_one_attempt_and_three(
    notification: Notification,
) -> None:
    client = signed_in(notification.organisation, Role.ORGANISATION_ADMIN)
    asked = []
    for number in (1, 2, 3):
        attempt = Attempt.objects.create(notification=notification, number=number, began_at=timezone.now())
        Receipt.objects.create(attempt=attempt, state=NotificationState.DELIVERED, at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(notification))
        asked.append(len(queries))
    assert asked[0] == asked[2]


@pytest.mark.parametrize(
    "state", [NotificationState.FAILED, NotificationState.BOUNCED, NotificationState.SUPPRESSED]
)
def test_an_admin_sends_again_what_did_not_arrive(
    notification: Notification, mailbox: Inbox, state: NotificationState
) -> None:
    settled(notification, state)
    client = signed_in(notification.organisation, Role.ORGANISATION_ADMIN)
    assert "Send again" in client.get(page_of(notification)).content.decode()
    assert client.post(again(notification)).status_code == 302
    notification.refresh_from_db()
    assert (notification.state, notification.failures) == (NotificationState.QUEUED, 0)
    assert str(notification.sent_again_by_id) == client.session["_auth_user_id"]
    assert deliver_due() == 1
    assert len(mailbox.to(notification.address)) == 1
    assert Attempt.objects.get().number == 8


def test_who_only_reads_the_log_does_not_send_again(notification: Notification) -> None:
    settled(notification, NotificationState.FAILED)
    client = signed_in(notification.organisation, Role.CALL_CENTRE)
    assert "Send again" not in client.get(page_of(notification)).content.decode()
    assert client.post(again(notification)).status_code == 403
    notification.refresh_from_db()
    assert (notification.state, notification.sent_again_at) == (NotificationState.FAILED, None)


def test_another_organisations_admin_does_not_send_again(notification: Notification) -> None:
    settled(notification, NotificationState.FAILED)
    client = signed_in(burst_pipe_category().organisation, Role.ORGANISATION_ADMIN)
    assert client.post(again(notification)).status_code == 404
    notification.refresh_from_db()
    assert notification.state == NotificationState.FAILED


def test_what_arrived_or_still_waits_is_not_sent_again(notification: Notification) -> None:
    client = signed_in(notification.organisation, Role.ORGANISATION_ADMIN)
    shown = client.post(again(notification), follow=True).content.decode()
    assert "Only a message that failed, came back or was not sent can be sent again." in shown
    notification.refresh_from_db()
    assert (notification.attempts, notification.sent_again_at) == (0, None)


def test_to_a_forgotten_address_nothing_is_sent_again(notification: Notification) -> None:
    settled(notification, NotificationState.FAILED)
    assert notification.recipient is not None
    erase(notification.recipient)
    client = signed_in(notification.organisation, Role.ORGANISATION_ADMIN)
    shown = client.post(again(notification), follow=True).content.decode()
    assert "there is no address any more" in shown
    notification.refresh_from_db()
    assert notification.state == NotificationState.FAILED
