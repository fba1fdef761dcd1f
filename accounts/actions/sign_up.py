"""A person opens an account of their own."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError, InvalidInput
from common.phones import normalise_phone
from common.text import clean_line


class EmailTaken(DomainError):
    code = "email_taken"
    sentence = gettext_lazy("Somebody already has this e-mail address.")


class PhoneTaken(DomainError):
    code = "phone_taken"
    sentence = gettext_lazy("Somebody already has this phone number.")


class WeakPassword(InvalidInput):
    code = "weak_password"


def create_account(
    *, email: str, password: str, full_name: str, phone: str = "", language: str = "en", acting_user: Any
) -> User:
    """A new person without any role, whose e-mail address is not confirmed yet.

    Raises WeakPassword, InvalidPhone, EmailTaken, PhoneTaken.
    """
    person = User(
        email=email.strip().lower(),
        full_name=clean_line(full_name),
        phone=normalise_phone(phone) if phone.strip() else None,
        language=language,
    )
    check_password(password, person)
    person.set_password(password)
    with transaction.atomic():
        save_person(person)
        EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=False)
    return person


def check_password(password: str, person: User) -> None:
    """Raises WeakPassword for one that is short, common, only digits, or much like name or address."""
    try:
        validate_password(password, user=person)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages), field="password") from error


def update_account(person: User, *, acting_user: User, **fields: str) -> User:
    """Somebody changes what is known of them: name, phone, language, time zone.

    Raises InvalidPhone, PhoneTaken.
    """
    for name, value in fields.items():
        setattr(person, name, (normalise_phone(value) if value else None) if name == "phone" else value)
    return save_person(person)


def save_person(person: User) -> User:
    """Save, and say in words what the database refuses."""
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        if "user_email_is_unique" in str(error):
            raise EmailTaken(field="email") from error
        if "user_phone_is_unique" in str(error):
            raise PhoneTaken(field="phone") from error
        raise
    return person
