"""Where somebody is reached and what they sign in with: an e-mail address or a mobile number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from common.phones import normalise_phone

LONGEST = 254
_is_email = EmailValidator()


class ContactKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"


class InvalidContact(InvalidInput):
    code = "invalid_contact"
    sentence = _("Write an e-mail address, or a mobile number like 082 123 4567 or +27 82 123 4567.")


class OneContact(InvalidInput):
    code = "one_contact"
    sentence = _("Give an e-mail address or a phone number, one of the two.")


@dataclass(frozen=True)
class Contact:
    """`value` is in lower case, or in E.164."""

    kind: ContactKind
    value: str

    def __str__(self) -> str:
        return self.value


def email_contact(typed: str) -> Contact:
    """Raises InvalidContact."""
    address = typed.strip().lower()
    try:
        _is_email(address)
    except ValidationError as error:
        raise InvalidContact(field=ContactKind.EMAIL) from error
    if len(address) > LONGEST:
        raise InvalidContact(field=ContactKind.EMAIL)
    return Contact(ContactKind.EMAIL, address)


def phone_contact(typed: str, *, country: str = "ZA") -> Contact:
    """Raises InvalidPhone."""
    return Contact(ContactKind.PHONE, normalise_phone(typed, country=country))


def read_contact(typed: str, *, country: str = "ZA") -> Contact:
    """What somebody typed into a field that takes either; numbers without a prefix are of this country.

    Raises InvalidContact, InvalidPhone.
    """
    if "@" in typed:
        return email_contact(typed)
    if any(character.isdigit() for character in typed):
        return phone_contact(typed, country=country)
    raise InvalidContact


def given_contact(*, email: str = "", phone: str = "") -> Contact:
    """The one of two fields that is filled in. Raises OneContact, InvalidContact, InvalidPhone."""
    if bool(email) == bool(phone):
        raise OneContact(field=ContactKind.EMAIL)
    return email_contact(email) if email else phone_contact(phone)
