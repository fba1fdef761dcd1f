"""How much one person or one address may ask. `settings.API_THROTTLE_RATES` overrides the rates by scope."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle
from rest_framework.views import APIView

from common.errors import DomainError
from common.phones import normalise_phone

RATES = {
    "person": "1200/min",
    "visitor": "600/min",
    "sign_in": "20/min",
    "sign_up": "60/hour",
    "recovery": "5/min",
    "invitation": "100/hour",
}


class _ConfiguredRate(SimpleRateThrottle):
    def get_rate(self) -> str:
        scope = str(self.scope)
        rate: str = getattr(settings, "API_THROTTLE_RATES", {}).get(scope, RATES[scope])
        return rate


class PersonThrottle(_ConfiguredRate, UserRateThrottle):
    """Signed-in people, each by themselves."""

    scope = "person"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return super().get_cache_key(request, view) if request.user.is_authenticated else None


class VisitorThrottle(_ConfiguredRate, AnonRateThrottle):
    """Visitors by address. Generous: behind one carrier's address sit thousands of phones."""

    scope = "visitor"


class SignInThrottle(_ConfiguredRate):
    """Attempts for one account, wherever they come from, so that passwords cannot be guessed."""

    scope = "sign_in"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        body = request.data if isinstance(request.data, dict) else {}
        ident = _address_in(body) or _number_in(body) or self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident.encode().hex()}


def _address_in(body: dict[str, Any]) -> str:
    return str(body.get("email") or "").strip().lower()[:254]


def _number_in(body: dict[str, Any]) -> str:
    """The same number in whatever form."""
    typed = str(body.get("phone") or "")[:254]
    try:
        return normalise_phone(typed) if typed else ""
    except DomainError:
        return typed


class RecoveryThrottle(SignInThrottle):
    """Messages to one address or number, and guesses of its code."""

    scope = "recovery"


class SignUpThrottle(_ConfiguredRate):
    scope = "sign_up"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class InvitationThrottle(_ConfiguredRate, UserRateThrottle):
    """Mails to people who did not ask for them."""

    scope = "invitation"
