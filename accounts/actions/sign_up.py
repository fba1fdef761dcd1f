"""A person opens an account of their own, with an address or a number that they confirm by a code."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.actions.phones import PhoneTaken, remove_phone, request_phone_change, settle_phone
from accounts.codes import WrongCode, check_code, keep_code, keep_no_code, make_code, use_up
from accounts.contacts import Contact, ContactKind, OneContact, email_contact, given_contact, phone_contact
from accounts.models import User
from accounts.queries import find_user_by_contact
from common.errors import DomainError, InvalidInput
from common.identifiers import new_id
from common.text import clean_line

PURPOSE = "sign_up"


class EmailTaken(DomainError):
    code = "email_taken"
    sentence = gettext_lazy("Somebody already has this e-mail address.")


class WeakPassword(InvalidInput):
    code = "weak_password"


def request_account(
    request: HttpRequest,
    *,
    password: str,
    full_name: str,
    email: str = "",
    phone: str = "",
    language: str = "en",
    acting_user: Any,
) -> list[Contact]:
    """Send a code to the address, to the number, or to both. Returns where something was sent.

    Nothing is opened before a code is typed. Whoever has an account at one of them already is told so there,
    and the answer and the work are the same. Raises OneContact, InvalidContact, InvalidPhone, WeakPassword,
    TooManySms, NoSms, SmsNotSent, MailNotSent.
    """
    # The SMS first: it may be refused, and then nothing has been sent.
    contacts = [phone_contact(phone)] if phone.strip() else []
    contacts += [email_contact(email)] if email.strip() else []
    if not contacts:
        raise OneContact(field="email")
    check_password(password, User(email=email.strip().lower() or None))
    kept = {
        "id": str(new_id()),
        "password": make_password(password),
        "full_name": clean_line(full_name),
        "language": language,
    }
    for contact in contacts:
        _send_code(request, contact, kept)
    return contacts


def _send_code(request: HttpRequest, contact: Contact, kept: dict[str, str]) -> None:
    adapter, code = get_adapter(request), make_code(contact)
    if find_user_by_contact(contact) is None:
        keep_code(PURPOSE, contact.value, code, note=kept)
        adapter.send_sign_up_code(contact, code, full_name=kept["full_name"], language=kept["language"])
    else:
        keep_no_code(PURPOSE, contact.value)
        adapter.tell_of_existing_account(contact)


def confirm_account(*, code: str, email: str = "", phone: str = "", acting_user: Any) -> User:
    """Open the account with the address or number whose code this is.

    Of somebody who gave both, the second is added to the same account. Raises OneContact, InvalidContact,
    InvalidPhone, WrongCode, EmailTaken, PhoneTaken.
    """
    contact = given_contact(email=email, phone=phone)
    kept = check_code(PURPOSE, contact.value, code)
    use_up(PURPOSE, contact.value)
    with transaction.atomic():
        # The key was chosen when the codes were sent: both of them lead to one account.
        words = {name: kept[name] for name in ("password", "full_name", "language")}
        User.objects.get_or_create(pk=kept["id"], defaults=words)
        person = User.objects.select_for_update(no_key=True).get(pk=kept["id"])
        if not person.is_active:
            raise WrongCode(field="code")
        return _settle(person, contact)


def _settle(person: User, contact: Contact) -> User:
    if contact.kind == ContactKind.PHONE:
        return settle_phone(person, contact.value)
    person.email = contact.value
    save_person(person)
    EmailAddress.objects.create(user=person, email=contact.value, primary=True, verified=True)
    return person


def create_account(
    *, email: str, password: str, full_name: str, language: str = "en", acting_user: Any
) -> User:
    """A new person without any role, whose e-mail address is not confirmed: somebody vouches for it.

    Raises WeakPassword, EmailTaken.
    """
    person = User(email=email.strip().lower(), full_name=clean_line(full_name), language=language)
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


def update_account(request: HttpRequest, person: User, *, acting_user: User, **fields: str) -> User:
    """Somebody changes what is known of them: name, language, time zone; and asks for another number.

    Raises LastContact, and what `request_phone_change` raises; then nothing has changed.
    """
    phone = fields.pop("phone", None)
    if phone:
        request_phone_change(request, person, phone, acting_user=acting_user)
    elif phone == "":
        remove_phone(person, acting_user=acting_user)
    for name, value in fields.items():
        setattr(person, name, value)
    return save_person(person)


def save_person(person: User) -> User:
    """Save, and say in words what the database refuses."""
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        if "user_email_is_unique" in str(error):
            raise EmailTaken(field="email") from error
        if "user_confirmed_phone_is_unique" in str(error):
            raise PhoneTaken(field="phone") from error
        raise
    return person
