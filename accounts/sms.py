"""Codes by SMS. `accounts` lies below what talks to a provider, which registers itself when it is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class SmsNotSent(DomainError):
    code = "sms_not_sent"
    status_code = 503
    sentence = _("The SMS could not be sent just now. Please try again in a few minutes.")


class NoSms(DomainError):
    code = "no_sms"
    sentence = _("No SMS can be sent here. Please use an e-mail address.")


class TooManySms(DomainError):
    """Each costs money, and nobody's phone should ring all night."""

    code = "too_many_sms"
    status_code = 429
    wait = 3600
    sentence = _("We have sent several messages to this number already. Wait an hour, then try again.")


@dataclass(frozen=True)
class Carrier:
    """`send` takes a number in E.164 and a text. Raises SmsNotSent."""

    is_set_up: Callable[[], bool]
    send: Callable[[str, str], None]


_CARRIERS: list[Carrier] = []


def register_carrier(carrier: Carrier) -> None:
    """The last one counts."""
    _CARRIERS.append(carrier)


def sms_is_set_up() -> bool:
    return bool(_CARRIERS) and _CARRIERS[-1].is_set_up()


def send_sms(phone: str, text: str) -> None:
    """Raises NoSms, SmsNotSent."""
    if not sms_is_set_up():
        raise NoSms(field="phone")
    _CARRIERS[-1].send(phone, text)
