"""A new password for somebody who forgot theirs, by a code that comes by mail or SMS."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest

from accounts.actions.sign_up import check_password
from accounts.codes import WrongCode, check_code, keep_code, keep_no_code, make_code, use_up
from accounts.contacts import Contact, ContactKind, given_contact
from accounts.models import User
from accounts.queries import find_user_by_contact

PURPOSE = "recovery"


def request_password_reset(request: HttpRequest, *, email: str = "", phone: str = "") -> None:
    """Send a code to the address or the number. Who has no account there is told so, which costs the same.

    Raises OneContact, InvalidContact, InvalidPhone, TooManySms, NoSms, SmsNotSent, MailNotSent.
    """
    contact = given_contact(email=email, phone=phone)
    person, adapter, code = _find(contact), get_adapter(request), make_code(contact)
    if person is None:
        keep_no_code(PURPOSE, contact.value)
        adapter.tell_of_unknown_account(contact)
    else:
        # Bound to the password that it replaces.
        keep_code(PURPOSE, contact.value, code, bound_to=person.password)
        adapter.send_recovery_code(person, contact, code)


def reset_password(*, code: str, password: str, email: str = "", phone: str = "") -> User:
    """Set the password; every session and token of the person ends.

    Raises OneContact, InvalidContact, InvalidPhone, WrongCode, WeakPassword.
    """
    contact = given_contact(email=email, phone=phone)
    person = _find(contact)
    check_code(PURPOSE, contact.value, code, bound_to=person.password if person else "")
    if person is None:
        raise WrongCode(field="code")
    check_password(password, person)
    use_up(PURPOSE, contact.value)
    with transaction.atomic():
        get_adapter().set_password(person, password)
        if contact.kind == ContactKind.EMAIL:
            # Whoever reads the mails of an address has confirmed it.
            EmailAddress.objects.update_or_create(
                user=person,
                email=contact.value,
                defaults={"verified": True},
                create_defaults={"verified": True, "primary": True},
            )
    get_adapter().send_notification_mail("account/email/password_reset", person)
    return person


def _find(contact: Contact) -> User | None:
    person = find_user_by_contact(contact)
    return person if person is not None and person.is_active else None
