"""A new password for somebody who forgot theirs, by a code that comes by mail."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.signup import send_unknown_account_mail
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy

from accounts.actions.sign_up import check_password
from accounts.models import User
from accounts.queries import find_user_by_email
from common.errors import InvalidInput

MINUTES = 10
MOST_TRIES = 5
_NOBODY = "-"


class WrongCode(InvalidInput):
    """Wrong, expired, used and meant for somebody else are told apart for nobody."""

    code = "wrong_code"
    sentence = gettext_lazy("This code is wrong or too old. Ask for a new one.")


def request_password_reset(request: HttpRequest, *, email: str) -> None:
    """Send a code to the address. An address without an account gets a mail too, and costs the same."""
    address = email.strip().lower()
    person = _find(address)
    code = get_adapter().generate_password_reset_code()
    kept = _digest(code, address, person.password) if person else _NOBODY
    cache.set_many({_key(address): kept, _tries_key(address): 0}, timeout=MINUTES * 60)
    if person is None:
        send_unknown_account_mail(request, address)
        return
    words = {"request": request, "user": person, "code": code}
    get_adapter().send_mail("account/email/password_reset_code", address, words)


def reset_password(*, email: str, code: str, password: str) -> User:
    """Set the password; every session and token of the person ends. Raises WrongCode, WeakPassword."""
    address = email.strip().lower()
    person = _find(address)
    if not _is_right(code, address, person) or person is None:
        raise WrongCode(field="code")
    check_password(password, person)
    # Deleting says who was first: a code works once.
    if not cache.delete(_key(address)):
        raise WrongCode(field="code")
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        # Whoever reads the mails of an address has confirmed it.
        confirmed = {"verified": True, "primary": True}
        EmailAddress.objects.update_or_create(user=person, email=address, defaults=confirmed)
    get_adapter().send_notification_mail("account/email/password_reset", person)
    return person


def _find(address: str) -> User | None:
    person = find_user_by_email(address)
    return person if person is not None and person.is_active else None


def _is_right(code: str, address: str, person: User | None) -> bool:
    """Counts the try, right or wrong."""
    try:
        tries = cache.incr(_tries_key(address))
    except ValueError:
        return False
    expected = cache.get(_key(address))
    given = _digest(code, address, person.password if person else "")
    return tries <= MOST_TRIES and expected is not None and constant_time_compare(given, expected)


def _digest(code: str, address: str, password: str) -> str:
    """Bound to the address and to the password that it replaces."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return salted_hmac("accounts.recovery", f"{plain}|{address}|{password}", algorithm="sha256").hexdigest()


def _key(address: str) -> str:
    return "recovery:" + salted_hmac("accounts.recovery.address", address).hexdigest()


def _tries_key(address: str) -> str:
    return _key(address) + ":tries"
