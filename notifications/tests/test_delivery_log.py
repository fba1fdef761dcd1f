"""The delivery log in the console."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Organisation
from accounts.tests.factories import MembershipFactory, UserFactory
from notifications.actions.route import route_event
from notifications.models import Notification
from notifications.tests.factories import last_event, resident
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
