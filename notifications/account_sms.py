"""Codes of accounts go out by the same provider as news of tickets, at once and without a delivery log."""

from __future__ import annotations

import logging

from accounts.sms import Carrier, NoSms, SmsNotSent, register_carrier
from notifications.channels import ChannelNotSetUp, Refused, TryAgain
from notifications.channels.sms import is_set_up, send_text
from notifications.gsm import to_gsm
from notifications.scrubbing import scrub

logger = logging.getLogger(__name__)


def send(phone: str, text: str) -> None:
    """Raises NoSms, SmsNotSent."""
    try:
        send_text(phone, to_gsm(text))
    except ChannelNotSetUp as error:
        raise NoSms(field="phone") from error
    except (Refused, TryAgain) as error:
        logger.warning("A code was not accepted: %s", scrub(str(error)))
        raise SmsNotSent(field="phone") from error


register_carrier(Carrier(is_set_up=is_set_up, send=send))
