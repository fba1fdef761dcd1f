"""Inviting people to work in an organisation, and joining it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.actions.people import AlreadyMember, check_manages, mark_staff
from accounts.actions.sessions import sign_out_everywhere
from accounts.actions.sign_up import check_password, save_person
from accounts.enums import Role
from accounts.invitation_links import is_token_of, key_of_token, link_token
from accounts.joining import MOVES
from accounts.models import Invitation, Membership, Organisation, User
from accounts.queries import find_user_by_email
from accounts.roles import STAFF_ROLES
from common.errors import DomainError, InvalidInput
from common.phones import normalise_phone
from common.text import clean_line

logger = logging.getLogger(__name__)

LIFETIME = timedelta(days=7)


class AlreadyInvited(DomainError):
    code = "already_invited"
    sentence = gettext_lazy("This address has an invitation already. Send that one again.")


class HasJoined(DomainError):
    code = "has_joined"
    sentence = gettext_lazy("This person has joined already.")


class WrongInvitation(InvalidInput):
    """Forged, replaced, too old, withdrawn and used are told apart for nobody."""

    code = "wrong_invitation"
    sentence = gettext_lazy("This invitation does not work any more. Ask for a new one.")


class SignInToJoin(DomainError):
    """The link shows that the mails are theirs, not that somebody at their mails may use their account."""

    code = "sign_in_to_join"
    status_code = 403
    sentence = gettext_lazy("You have an account with this address: sign in with it, then join.")


class AccountClosed(DomainError):
    code = "account_closed"
    sentence = gettext_lazy("The account with this address was closed. Ask to be invited at another one.")


@dataclass(frozen=True)
class Person:
    """Somebody to invite. The e-mail address is what they will sign in with."""

    name: str
    email: str
    phone: str = ""
    language: str = ""


# Inviting


def invite(organisation: Organisation, person: Person, *, role: Role, acting_user: Any) -> Membership:
    """Ask somebody to work in the organisation; their membership sleeps until they join.

    The same for an address with an account and for one without, in answer, work and mail. Raises
    NotAllowed, InvalidInput with the field, InvalidPhone, AlreadyMember, AlreadyInvited, MailNotSent.
    """
    check_manages(acting_user, organisation.pk)
    if role not in STAFF_ROLES:
        raise InvalidInput(field="role")
    address = person.email.strip().lower()
    if Membership.objects.of_organisation(organisation.pk).active().of_staff().with_email(address).exists():
        raise AlreadyMember(field="email")
    with transaction.atomic():
        user = _stand_in(organisation, person)
        membership = Membership.objects.create(
            organisation=organisation, user=user, role=role, is_active=False
        )
        now = timezone.now()
        invitation = Invitation(
            pk=user.pk,
            organisation=organisation,
            membership=membership,
            email=address,
            phone=normalise_phone(person.phone, country=organisation.country) if person.phone.strip() else "",
            invited_by=acting_user,
            sent_at=now,
            expires_at=now + LIFETIME,
        )
        _save(invitation)
        _send(invitation)
    logger.info("Invitation %s to %s by %s", invitation.pk, organisation.slug, acting_user.pk)
    return membership


def _stand_in(organisation: Organisation, person: Person) -> User:
    user = User(
        full_name=clean_line(person.name),
        language=person.language or organisation.language,
        time_zone=organisation.time_zone,
    )
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise InvalidInput(sentences[0], field={"full_name": "name"}.get(name, name)) from error
    user.save(force_insert=True)
    return user


def _save(invitation: Invitation) -> None:
    try:
        invitation.clean_fields()
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise InvalidInput(sentences[0], field=name) from error
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError as error:
        if "invitation_is_one_per_address" in str(error):
            raise AlreadyInvited(field="email") from error
        raise


def _send(invitation: Invitation) -> None:
    """The mail goes before the commit: what cannot be sent is not kept. Raises MailNotSent."""
    path = reverse("accounts:join", args=[link_token(invitation)])
    words = {
        "membership": invitation.membership,
        "organisation": invitation.organisation.name,
        "link": f"{settings.SITE_URL}{path}",
        "days": LIFETIME.days,
    }
    language = invitation.membership.user.language
    get_adapter().send_letter("account/email/invitation", invitation.email, words, language=language)


def invite_again(membership: Membership, *, acting_user: Any) -> Invitation:
    """Another mail with a new link; the old link ends. Raises NotAllowed, HasJoined, MailNotSent."""
    check_manages(acting_user, membership.organisation_id)
    with transaction.atomic():
        invitation = _waiting(membership)
        invitation.serial += 1
        invitation.sent_at = timezone.now()
        invitation.expires_at = invitation.sent_at + LIFETIME
        invitation.save(update_fields=["serial", "sent_at", "expires_at"])
        _send(invitation)
    return invitation


def withdraw_invitation(membership: Membership, *, acting_user: Any) -> None:
    """Nothing is left of it, and its link ends. Raises NotAllowed, HasJoined."""
    check_manages(acting_user, membership.organisation_id)
    with transaction.atomic():
        invitation = _waiting(membership)
        logger.info("Invitation %s withdrawn by %s", invitation.pk, acting_user.pk)
        invitation.membership.user.delete()


def _waiting(membership: Membership) -> Invitation:
    rows = Invitation.objects.select_related("organisation", "membership__user").select_for_update(
        of=("self",)
    )
    invitation = rows.waiting().filter(membership=membership).first()
    if invitation is None:
        raise HasJoined
    return invitation


# Joining


def find_invitation(token: str) -> Invitation:
    """The invitation that a link belongs to. Raises WrongInvitation."""
    return _read(token, Invitation.objects.all())


def _read(token: str, rows: Any) -> Invitation:
    key = key_of_token(token)
    found = rows.select_related("organisation", "membership__user").filter(pk=key).first() if key else None
    if found is None or not is_token_of(found, token) or not found.is_open(timezone.now()):
        raise WrongInvitation(field="token")
    if not found.organisation.is_active:
        raise WrongInvitation(field="token")
    invitation: Invitation = found
    return invitation


def needs_password(invitation: Invitation) -> bool:
    """Whether joining sets a password: nobody has shown before that the account of the address is theirs.

    Somebody may have opened it in another's name. Whoever has the link reads the mails, so that the
    password they choose ends everything that was signed in.
    """
    account = find_user_by_email(invitation.email)
    return account is None or not EmailAddress.objects.filter(user=account, verified=True).exists()


def join(token: str, *, password: str = "", acting_user: Any) -> Membership:
    """Whoever has the link works in the organisation from now on.

    Raises WrongInvitation, WeakPassword, SignInToJoin for who has an account and is not signed in with
    it, AccountClosed, AlreadyMember.
    """
    with transaction.atomic():
        invitation = _read(token, Invitation.objects.select_for_update(of=("self",)))
        account = find_user_by_email(invitation.email)
        if account is not None and not account.is_active:
            raise AccountClosed
        if needs_password(invitation):
            account = _with_password(invitation, account or invitation.membership.user, password)
        elif account is None or account.pk != getattr(acting_user, "pk", None):
            raise SignInToJoin
        membership = _wake(invitation, account)
    logger.info("Invitation %s accepted by %s", invitation.pk, account.pk)
    return membership


def _with_password(invitation: Invitation, person: User, password: str) -> User:
    person.email = invitation.email
    check_password(password, person)
    person.set_password(password)
    if invitation.phone and not person.phone and not User.objects.filter(phone=invitation.phone).exists():
        person.phone = invitation.phone
    save_person(person)
    if person.pk != invitation.membership.user_id:
        sign_out_everywhere(person, acting_user=person)
    confirmed = {"verified": True, "primary": True}
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults=confirmed)
    return person


def _wake(invitation: Invitation, person: User) -> Membership:
    """The membership is the person's, with everything that was prepared for them."""
    membership, stand_in = invitation.membership, invitation.membership.user
    if stand_in != person:
        membership = _taken_over(membership, person)
    membership.is_active = True
    membership.save(update_fields=["is_active", "user", "role"])
    invitation.membership, invitation.joined_at = membership, timezone.now()
    invitation.save(update_fields=["membership", "joined_at"])
    if stand_in != person:
        for move in MOVES:
            move(stand_in, person)
        stand_in.delete()
    mark_staff(person)
    return membership


def _taken_over(asleep: Membership, person: User) -> Membership:
    """Whoever was here before, as a resident or until they left, has a membership to wake."""
    before = (
        Membership.objects.of_organisation(asleep.organisation_id)
        .of_user(person)
        .select_for_update(of=("self",))
        .first()
    )
    if before is None:
        asleep.user = person
        return asleep
    if before.is_active and before.role in STAFF_ROLES:
        raise AlreadyMember
    Invitation.objects.filter(membership=before).delete()
    before.role = asleep.role
    return before
