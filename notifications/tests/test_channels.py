"""Channels beside e-mail and Twilio's SMS."""

from __future__ import annotations

import logging

import pytest

from accounts.models import User
from accounts.sms import SmsNotSent, send_sms
from notifications.actions.route import route_event
from notifications.bundles import bundle_of
from notifications.channels import CHANNELS, SMS_PROVIDERS, ChannelNotSetUp
from notifications.channels.console import ConsoleChannel
from notifications.enums import Channel
from notifications.inbound.actions.stopping import stop
from notifications.inbound.enums import WhyStopped
from notifications.inbound.models import OrganisationChannels
from notifications.models import Notification
from notifications.rendering import Message, write_message
from notifications.tests.factories import last_event, resident, tell
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def thandi() -> User:
    return resident(email=None)


@pytest.fixture
def notification(thandi: User) -> Notification:
    ticket = report_ticket(burst_pipe_category(), reporter=thandi)
    route_event(last_event(ticket, EventKind.CREATED).pk)
    return Notification.objects.for_sending().get()


def test_every_channel_has_a_class() -> None:
    assert set(CHANNELS) == set(Channel)


def test_the_console_channel_writes_the_message_into_the_log(
    notification: Notification, caplog: pytest.LogCaptureFixture
) -> None:
    message = write_message(bundle_of(notification))
    assert message is not None
    with caplog.at_level(logging.INFO):
        reference = SMS_PROVIDERS["console"]().send(notification, message)
    assert isinstance(SMS_PROVIDERS["console"](), ConsoleChannel)
    assert caplog.messages == [f"SMS to +27821234501: {message.sms}"]
    assert reference == f"console-{notification.pk}"


def test_whatsapp_goes_out_from_the_organisations_number(
    notification: Notification, sms_inbox: Inbox
) -> None:
    channel = CHANNELS[Channel.WHATSAPP]
    with pytest.raises(ChannelNotSetUp):
        channel.send(notification, Message(sms="Hello"))
    assert sms_inbox.messages() == []
    OrganisationChannels.objects.create(organisation=notification.organisation, whatsapp_from="+27120000001")
    assert channel.send(notification, Message(sms="Hello")).startswith("SM")
    (sent,) = sms_inbox.messages()
    assert (sent.sender, sent.recipients) == ("whatsapp:+27120000001", ["whatsapp:+27821234501"])


def test_a_stopped_number_gets_no_codes_of_accounts_either(sms_inbox: Inbox) -> None:
    stop(Channel.SMS, "+27821234501", reason=WhyStopped.ASKED)
    with pytest.raises(SmsNotSent, match="Send START"):
        send_sms("+27821234501", "Your code is 123456")
    assert sms_inbox.messages() == []
    send_sms("+27821234502", "Your code is 123456")
    assert len(sms_inbox.messages()) == 1


def test_who_is_told_by_sms_is_told_by_whatsapp_where_the_organisation_has_it(
    thandi: User, sms_inbox: Inbox
) -> None:
    ticket = report_ticket(burst_pipe_category(), reporter=thandi)
    OrganisationChannels.objects.create(organisation=ticket.organisation, whatsapp_from="+27120000001")
    assert tell(ticket, EventKind.CREATED) == {("reporter", "whatsapp"): "accepted"}
    (sent,) = sms_inbox.messages()
    assert (sent.sender, sent.recipients) == ("whatsapp:+27120000001", [f"whatsapp:{thandi.phone}"])
    assert ticket.reference in sent.text
