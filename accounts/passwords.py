"""Passwords that are known from thefts, asked of a service by the first five digits of a hash."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pwned_passwords_django.api import PwnedPasswords
from pwned_passwords_django.validators import PwnedPasswordsValidator


class BreachedPasswordValidator(PwnedPasswordsValidator):
    """Only where `BREACHED_PASSWORDS_URL` names a service that speaks Pwned Passwords' range protocol.

    The service hears neither the password nor its hash, and its answers are padded to one length. When it
    does not answer within a second, Django's list of common passwords decides alone.
    """

    def __init__(self) -> None:
        client = PwnedPasswords()
        client.api_endpoint = settings.BREACHED_PASSWORDS_URL
        super().__init__(
            error_message=_(
                "This password is known to thieves: it was stolen elsewhere. Choose another one."
            ),
            help_message=_("Your password must not be known from thefts elsewhere."),
            api_client=client,
        )
