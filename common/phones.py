"""Phone numbers in E.164, from whatever way people write them."""

from __future__ import annotations

import phonenumbers
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput

# Country code -> digits of every subscriber's number, where the library also accepts shorter ones.
# South Africa: numbering plan regulations of 2016, nine digits after the leading zero.
_NATIONAL_DIGITS = {27: 9}
_FEWEST_DIGITS = 9


class InvalidPhone(InvalidInput):
    code = "invalid_phone"
    sentence = _(
        "This is not a phone number that we can reach. Write it like 082 123 4567 or +27 82 123 4567."
    )


def normalise_phone(typed: str, *, country: str = "ZA") -> str:
    """The number in E.164 (`+27821234567`). `country` reads local forms. Raises InvalidPhone."""
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhone(field="phone") from error
    if not phonenumbers.is_valid_number(number) or _is_cut_off(number):
        raise InvalidPhone(field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_in(typed: str) -> str:
    """The number that somebody searches for, as it is kept; "" where the words are no number."""
    if sum(character.isdigit() for character in typed) < _FEWEST_DIGITS:
        return ""
    try:
        return normalise_phone(typed)
    except InvalidPhone:
        return ""


def _is_cut_off(number: phonenumbers.PhoneNumber) -> bool:
    expected = _NATIONAL_DIGITS.get(number.country_code or 0)
    return expected is not None and len(phonenumbers.national_significant_number(number)) != expected
