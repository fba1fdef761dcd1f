"""How often a person, a number or an address may do what costs something, by ACCOUNT_RATE_LIMITS."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.errors import DomainError


class TooManyAttempts(DomainError):
    """`wait` is in seconds and becomes `Retry-After`."""

    code = "too_many_attempts"
    status_code = 429
    wait = 300
    sentence = _("That was too often in a short time. Wait a few minutes, then try again.")


def take(
    request: HttpRequest,
    action: str,
    *,
    key: str | None = None,
    user: User | None = None,
    refusal: type[DomainError] = TooManyAttempts,
) -> None:
    """Use up one of the attempts. Raises `refusal` where none is left."""
    if not ratelimit.consume(request, action=action, key=key, user=user):
        raise refusal


def is_left(request: HttpRequest, action: str, *, key: str) -> bool:
    """Whether there is an attempt left, without using it up."""
    return bool(ratelimit.consume(request, action=action, key=key, dry_run=True))
