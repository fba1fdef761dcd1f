"""A person ends their account, or takes their data along."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.actions.people import refuse_last_admin_of_any
from accounts.actions.sessions import sign_out_everywhere
from accounts.contacts import read_contact
from accounts.models import Invitation, KeptAnswer, Membership, User
from accounts.own_data import HOLDERS
from accounts.permissions import forget_roles
from accounts.queries import memberships_of
from common.errors import DomainError, InvalidInput, NotAllowed

# Kept in the trail of what happened, in the place of the name.
NAME_AFTERWARDS = "Deleted account"


class WrongPassword(InvalidInput):
    code = "wrong_password"
    sentence = gettext_lazy("This is not your password.")


class WrongAddress(InvalidInput):
    code = "wrong_address"
    sentence = gettext_lazy("This is not your e-mail address or mobile number.")


def delete_account(person: User, *, password: str, acting_user: User) -> None:
    """The person is forgotten: their tickets stay without them, and nobody can sign in as them any more.

    Who has no password confirms with their e-mail address or number. Raises WrongPassword, WrongAddress,
    LastAdmin, NotAllowed for programs, and what the apps that hold data of theirs raise.
    """
    if person.is_service or person != acting_user:
        raise NotAllowed
    _check_is_meant(person, password)
    with transaction.atomic():
        refuse_last_admin_of_any(person)
        for holder in HOLDERS.values():
            holder.erase(person)
        sign_out_everywhere(person, acting_user=acting_user)
        _forget_credentials(person)
        Membership.objects.of_user(person).update(is_active=False)
        Invitation.objects.filter(membership__user=person).delete()
        forget_roles(person)
        _make_anonymous(person)


def _check_is_meant(person: User, typed: str) -> None:
    if person.has_usable_password():
        if not person.check_password(typed):
            raise WrongPassword(field="password")
    elif not _is_address_of(person, typed):
        raise WrongAddress(field="password")


def _is_address_of(person: User, typed: str) -> bool:
    try:
        contact = read_contact(typed)
    except DomainError:
        return False
    return contact.value in {(person.email or "").lower(), person.phone}


def _forget_credentials(person: User) -> None:
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    # They carry whole tokens; what is on the revocation list goes along, the round refuses them all.
    OutstandingToken.objects.filter(user=person).delete()
    KeptAnswer.objects.filter(asker=person).delete()


def _make_anonymous(person: User) -> None:
    person.email = person.phone = person.last_login = person.vouched_by = None
    person.phone_is_confirmed = False
    person.full_name = NAME_AFTERWARDS
    person.is_active = person.is_staff = person.is_superuser = False
    person.set_unusable_password()
    person.save()


def export_own_data(person: User) -> dict[str, Any]:
    """Everything that is kept of the person, as JSON can carry it."""
    account = {
        "id": str(person.pk),
        "email": person.email,
        "phone": person.phone,
        "phone_is_confirmed": person.phone_is_confirmed,
        "full_name": person.full_name,
        "language": person.language,
        "time_zone": person.time_zone,
        "date_joined": person.date_joined.isoformat(),
        "last_login": person.last_login.isoformat() if person.last_login else None,
    }
    addresses = EmailAddress.objects.filter(user=person).order_by("pk").values("email", "verified", "primary")
    memberships = [
        {"organisation": found.organisation.name, "role": found.role, "since": found.created_at.isoformat()}
        for found in memberships_of(person)
    ]
    parts = {name: holder.export(person) for name, holder in HOLDERS.items()}
    return {
        "exported_at": timezone.now().isoformat(),
        "account": account,
        "email_addresses": list(addresses),
        "memberships": memberships,
        **parts,
    }
