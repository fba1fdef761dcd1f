"""Signing in for programs: a short access token and a long refresh token that rotates."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import update_last_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.contacts import Contact, given_contact
from accounts.limits import TooManyAttempts
from accounts.models import User
from accounts.queries import demands_second_factor
from common.errors import DomainError

# Which round of signing in a token belongs to; tokens from before there were rounds have none.
ROUND_CLAIM = "round"


class WrongCredentials(DomainError):
    """Wrong password, unknown address and deactivated account are told apart for nobody."""

    code = "wrong_credentials"
    status_code = 401
    sentence = gettext_lazy("There is no active account with this address or number and password.")


class LockedOut(TooManyAttempts):
    """Five wrong passwords for an address or a number, whether it has an account or not."""

    code = "locked_out"
    sentence = gettext_lazy("Too many wrong passwords. Wait five minutes, or set a new password.")


class SecondFactorNeeded(DomainError):
    code = "second_factor_needed"
    status_code = 401
    sentence = gettext_lazy("This account is protected by a second factor: send its present code as well.")


class AddressUnconfirmed(DomainError):
    """Else one could open an account in another's name and wait for them to be given a role."""

    code = "email_unconfirmed"
    status_code = 403
    sentence = gettext_lazy(
        "Confirm your e-mail address first: sign in once on the site with the code that comes by mail."
    )


class SecondFactorRequired(DomainError):
    """Told apart from `second_factor_needed`: there the code is missing, here the factor itself."""

    code = "second_factor_required"
    status_code = 403
    sentence = gettext_lazy(
        "Your organisation asks for a second factor. Set one up on your account page first."
    )


class UnusableToken(DomainError):
    code = "token_not_valid"
    status_code = 401
    sentence = gettext_lazy("This token is not valid, has expired or was used before. Sign in again.")


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str


def sign_in(
    request: HttpRequest, *, password: str, email: str = "", phone: str = "", code: str = ""
) -> Tokens:
    """Tokens for a person, by their address or their confirmed number.

    Raises OneContact, InvalidContact, InvalidPhone, TooManyAttempts, WrongCredentials, AddressUnconfirmed,
    SecondFactorNeeded, SecondFactorRequired.
    """
    user = _authenticate(request, given_contact(email=email, phone=phone), password)
    addresses = list(EmailAddress.objects.filter(user=user))
    is_confirmed = not addresses or any(address.verified for address in addresses)
    if not is_confirmed and user.vouched_by_id is None:
        raise AddressUnconfirmed(field="email")
    if is_mfa_enabled(user) and not _is_second_factor(user, code):
        raise SecondFactorNeeded(field="code")
    if demands_second_factor(user):
        raise SecondFactorRequired
    update_last_login(User, user)
    return _tokens_for(user)


def _authenticate(request: HttpRequest, contact: Contact, password: str) -> User:
    """By allauth's backend, and counted together with the tries on the page."""
    try:
        user = get_adapter(request).authenticate(request, password=password, **{contact.kind: contact.value})
    except ValidationError as error:
        raise LockedOut from error
    if not isinstance(user, User) or not user.is_active:
        raise WrongCredentials
    return user


def renew(refresh: str) -> Tokens:
    """New tokens for a refresh token, which is worthless afterwards.

    Raises UnusableToken, SecondFactorRequired.
    """
    with transaction.atomic():
        token = _read(refresh)
        user = User.objects.filter(
            pk=uuid.UUID(str(token[api_settings.USER_ID_CLAIM])), is_active=True
        ).first()
        if user is None or not _is_of_present_round(token, user):
            raise UnusableToken
        if demands_second_factor(user):
            raise SecondFactorRequired
        _spent, is_first = token.blacklist()
        if not is_first:
            raise UnusableToken
        return _tokens_for(user)


def revoke(refresh: str) -> None:
    """Make a refresh token worthless. Access tokens made from it end by themselves, within minutes."""
    _read(refresh).blacklist()


def _read(refresh: str) -> Any:
    try:
        return RefreshToken(refresh)  # type: ignore[arg-type]
    except TokenError as error:
        raise UnusableToken(field="refresh") from error


def _is_of_present_round(token: Any, user: User) -> bool:
    present = (get_md5_hash_password(user.password), user.sign_in_round)
    return (token.get(api_settings.REVOKE_TOKEN_CLAIM), token.get(ROUND_CLAIM, 0)) == present


def _tokens_for(user: User) -> Tokens:
    refresh = RefreshToken.for_user(user)
    refresh[ROUND_CLAIM] = user.sign_in_round
    return Tokens(access=str(refresh.access_token), refresh=str(refresh))


def _is_second_factor(user: User, code: str) -> bool:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    factors = Authenticator.objects.filter(user=user, type__in=kinds)
    return bool(code) and any(factor.wrap().validate_code(code) for factor in factors)
