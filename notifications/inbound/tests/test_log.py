"""What came in, as the console and the person themselves see it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.own_data import HOLDERS
from accounts.tests.factories import MembershipFactory, UserFactory
from notifications.inbound.models import InboundMessage, OrganisationChannels, SuppressedAddress
from notifications.inbound.tests.twilio import answer_to
from notifications.tests.factories import resident, tell
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
THANDI = "+27821234501"
LOG, STOPPED, CHANNELS = (
    f"/console/notifications/{name}/"
    for name in ("inboundmessage", "suppressedaddress", "organisationchannels")
)


def signed_in(organisation: Organisation, role: Role) -> Client:
    person = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=organisation, user=person, role=role)
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser(email="root@example.org", password="x" * 20))
    return client


@pytest.fixture
def thandi() -> User:
    return resident(email=None)


@pytest.fixture
def ticket(thandi: User, sms_inbox: Inbox) -> Ticket:
    ticket = report_ticket(burst_pipe_category(), reporter=thandi)
    tell(ticket, EventKind.CREATED)
    return ticket


@pytest.fixture
def received(ticket: Ticket) -> InboundMessage:
    answer_to(THANDI, "The gate is locked")
    return InboundMessage.objects.get()


def page_of(received: InboundMessage) -> str:
    return reverse("admin:notifications_inboundmessage_change", args=[received.pk])


def test_who_reads_the_delivery_log_reads_what_came_in(received: InboundMessage, ticket: Ticket) -> None:
    client = signed_in(ticket.organisation, Role.ORGANISATION_ADMIN)
    for address in (LOG, f"{LOG}?became__exact=message_added", page_of(received)):
        shown = client.get(address).content.decode()
        assert THANDI in shown
        assert "The gate is locked" in shown
        assert ticket.reference in shown


@pytest.mark.parametrize("role", [Role.AGENT, Role.DEPARTMENT_ADMIN, Role.AUDITOR])
def test_others_do_not(received: InboundMessage, ticket: Ticket, role: Role) -> None:
    client = signed_in(ticket.organisation, role)
    assert client.get(LOG).status_code == 403
    assert client.get(page_of(received)).status_code in {403, 404}


def test_another_organisation_reads_nothing_and_nor_do_the_strangers_of_none(
    received: InboundMessage,
) -> None:
    answer_to("+27821234599", "Hello?")
    client = signed_in(burst_pipe_category().organisation, Role.ORGANISATION_ADMIN)
    shown = client.get(LOG).content.decode()
    assert THANDI not in shown
    assert "+27821234599" not in shown
    assert client.get(page_of(received)).status_code == 404


def test_nobody_writes_it(received: InboundMessage, ticket: Ticket) -> None:
    client = signed_in(ticket.organisation, Role.ORGANISATION_ADMIN)
    assert client.post(page_of(received), {"text": "else"}).status_code == 403
    assert client.get(f"{LOG}add/").status_code == 403
    received.refresh_from_db()
    assert received.text == "The gate is locked"


def test_the_list_asks_as_much_for_three_rows_as_for_one(received: InboundMessage, operator: Client) -> None:
    operator.get(LOG)
    asked = _queries_of(operator)
    for words in ("One", "Two"):
        answer_to(THANDI, words)
    assert _queries_of(operator) == asked


def _queries_of(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(LOG).status_code == 200
    return len(queries)


def test_the_operator_lets_an_address_in_again(ticket: Ticket, operator: Client) -> None:
    answer_to(THANDI, "STOP")
    row = SuppressedAddress.objects.get()
    assert THANDI in operator.get(STOPPED).content.decode()
    assert operator.post(f"{STOPPED}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert SuppressedAddress.objects.count() == 0


def test_stopped_addresses_are_the_operators_alone(ticket: Ticket) -> None:
    answer_to(THANDI, "STOP")
    client = signed_in(ticket.organisation, Role.ORGANISATION_ADMIN)
    row = SuppressedAddress.objects.get()
    assert client.get(STOPPED).status_code == 403
    assert client.post(f"{STOPPED}{row.pk}/delete/", {"post": "yes"}).status_code in {403, 404}
    assert SuppressedAddress.objects.count() == 1


def test_an_organisation_says_by_which_addresses_it_is_reached(ticket: Ticket) -> None:
    client = signed_in(ticket.organisation, Role.ORGANISATION_ADMIN)
    form = {
        "organisation": ticket.organisation.pk,
        "mail_address": " Report@City.example ",
        "whatsapp_from": "",
    }
    assert client.post(f"{CHANNELS}add/", form).status_code == 302
    row = OrganisationChannels.objects.get()
    assert (row.organisation, row.mail_address) == (ticket.organisation, "report@city.example")
    assert client.post(f"{CHANNELS}{row.pk}/change/", {**form, "whatsapp_from": "082"}).status_code == 200
    row.refresh_from_db()
    assert row.whatsapp_from == ""


def test_two_organisations_never_read_one_address(ticket: Ticket) -> None:
    other = burst_pipe_category().organisation
    OrganisationChannels.objects.create(organisation=other, mail_address="report@city.example")
    client = signed_in(ticket.organisation, Role.ORGANISATION_ADMIN)
    form = {
        "organisation": ticket.organisation.pk,
        "mail_address": "REPORT@city.example",
        "whatsapp_from": "",
    }
    answer = client.post(f"{CHANNELS}add/", form)
    assert "Another organisation reads this address." in answer.content.decode()
    assert OrganisationChannels.objects.count() == 1


def test_people_get_what_they_wrote_and_can_have_it_forgotten(received: InboundMessage, thandi: User) -> None:
    holder = HOLDERS["replies"]
    (row,) = holder.export(thandi)
    assert (row["sender"], row["text"]) == (THANDI, "The gate is locked")
    holder.erase(thandi)
    received.refresh_from_db()
    assert (received.person, received.sender, received.text) == (None, "-", "")
