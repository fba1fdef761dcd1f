"""Somebody without an account shows by a code that a number or an address is theirs."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts import limits
from accounts.codes import check_code, keep_code, make_digits, use_up
from accounts.contacts import Contact
from common.errors import DomainError

PURPOSE = "visitor"
# So long a browser needs no second code for the same number or address.
HOURS = 12
_CONFIRMED = "confirmed_contacts"


class TooManyCodes(DomainError):
    code = "too_many_codes"
    status_code = 429
    wait = 3600
    sentence = gettext_lazy(
        "We have sent several codes there already. Look for the newest one, or wait an hour and try again."
    )


def request_visitor_code(
    request: HttpRequest, contact: Contact, *, owner: str, message: str = "report_code", **words: str
) -> None:
    """Send six digits there; `owner` names what they are for, and who may type them.

    `message` is the template that says it, with these words. Nobody is looked up: the answer is the same
    whether somebody has an account with it or not. Raises TooManyCodes, TooManySms, NoSms,
    SmsNotSent, MailNotSent.
    """
    limits.take(request, "visitor_code", key=contact.value, refusal=TooManyCodes)
    code = make_digits()
    keep_code(PURPOSE, owner, code, bound_to=contact.value)
    get_adapter(request).send_visitor_code(contact, code, message=message, **words)


def confirm_visitor(request: HttpRequest, contact: Contact, *, owner: str, code: str) -> None:
    """Remembered in this browser's session. Raises WrongCode."""
    check_code(PURPOSE, owner, code, bound_to=contact.value)
    use_up(PURPOSE, owner)
    known = {**_confirmed(request), contact.value: timezone.now().timestamp()}
    request.session[_CONFIRMED] = known


def has_confirmed(request: HttpRequest, contact: Contact) -> bool:
    """Whether this browser typed a code that went there within the last hours."""
    return contact.value in _confirmed(request)


def _confirmed(request: HttpRequest) -> dict[str, float]:
    earliest = timezone.now().timestamp() - HOURS * 3600
    kept: dict[str, float] = request.session.get(_CONFIRMED) or {}
    return {value: at for value, at in kept.items() if at > earliest}
