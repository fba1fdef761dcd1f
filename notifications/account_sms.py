"""Codes of accounts go out by the same provider as news of tickets, at once and without a delivery log."""

from __future__ import annotations

import logging

from django.utils.translation import gettext_lazy

from accounts.sms import Carrier, NoSms, SmsNotSent, register_carrier
from notifications.channels import AddressStopped, ChannelNotSetUp, Refused, TryAgain
from notifications.channels.sms import is_set_up, send_text
from notifications.enums import Channel
from notifications.gsm import to_gsm
from notifications.inbound.stopped import refuse_stopped
from notifications.scrubbing import scrub

logger = logging.getLogger(__name__)


class NumberStopped(SmsNotSent):
    code = "number_stopped"
    status_code = 409
    sentence = gettext_lazy("Messages to this number were ended by STOP. Send START to us from it first.")


def send(phone: str, text: str) -> None:
    """Raises NoSms, SmsNotSent, NumberStopped: who said STOP gets no codes either, until they say START."""
    try:
        refuse_stopped(Channel.SMS, phone)
        send_text(phone, to_gsm(text))
    except ChannelNotSetUp as error:
        raise NoSms(field="phone") from error
    except AddressStopped as error:
        raise NumberStopped(field="phone") from error
    except (Refused, TryAgain) as error:
        logger.warning("A code was not accepted: %s", scrub(str(error)))
        raise SmsNotSent(field="phone") from error


register_carrier(Carrier(is_set_up=is_set_up, send=send))
