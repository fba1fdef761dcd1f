"""A person's mobile number: theirs once they have typed the code that was sent there."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts import limits
from accounts.codes import check_code, keep_code, make_code, note_of, use_up
from accounts.contacts import phone_contact
from accounts.models import User
from common.errors import DomainError

PURPOSE = "phone"


class PhoneTaken(DomainError):
    """Said only to who has typed a code that was sent to the number."""

    code = "phone_taken"
    sentence = gettext_lazy("Somebody already has this phone number.")


class LastContact(DomainError):
    code = "last_contact"
    sentence = gettext_lazy("You sign in with this. Confirm another address or number first.")


def request_phone_change(request: HttpRequest, person: User, phone: str, *, acting_user: User) -> None:
    """Send a code to the new number; the present one stays until it is typed.

    Whether somebody else has the number shows only then. Raises InvalidPhone, TooManyAttempts, TooManySms,
    NoSms, SmsNotSent.
    """
    contact = phone_contact(phone)
    if person.phone_is_confirmed and contact.value == person.phone:
        return
    limits.take(request, "change_phone", user=person)
    code = make_code(contact)
    keep_code(PURPOSE, str(person.pk), code, note=contact.value)
    get_adapter(request).send_verification_code_sms(person, contact.value, code)


def confirm_phone_change(person: User, *, code: str, acting_user: User) -> User:
    """Raises WrongCode, PhoneTaken."""
    phone = check_code(PURPOSE, str(person.pk), code)
    use_up(PURPOSE, str(person.pk))
    return settle_phone(person, phone)


def phone_to_confirm(person: User) -> str | None:
    """The number for which a code is under way."""
    phone: str | None = note_of(PURPOSE, str(person.pk))
    return phone


def settle_phone(person: User, phone: str) -> User:
    """The number is theirs from now on. For what has just checked a code. Raises PhoneTaken."""
    if (person.phone, person.phone_is_confirmed) == (phone, True):
        return person
    before = person.phone if person.phone_is_confirmed else None
    _write(person, phone=phone, phone_is_confirmed=True)
    if before:
        get_adapter().tell_of_phone_change(person, before)
    return person


def remove_phone(person: User, *, acting_user: User) -> User:
    """No news by SMS any more. Raises LastContact for who has no e-mail address to sign in with."""
    if not person.email:
        raise LastContact(field="phone")
    return _write(person, phone=None, phone_is_confirmed=False)


def _write(person: User, **fields: Any) -> User:
    before = {name: getattr(person, name) for name in fields}
    for name, value in fields.items():
        setattr(person, name, value)
    try:
        with transaction.atomic():
            person.save(update_fields=list(fields))
    except IntegrityError as error:
        for name, value in before.items():
            setattr(person, name, value)
        raise PhoneTaken(field="phone") from error
    return person
