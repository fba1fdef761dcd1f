"""How much one person, key or visitor may ask. `settings.API_THROTTLE_RATES` overrides the rates by scope.

Requests are counted in windows of fixed length, by one atomic step in the cache: many at once cannot
slip past a limit together, and how much is left can be told exactly.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http.response import HttpResponseBase
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from common.errors import DomainError
from common.phones import normalise_phone

logger = logging.getLogger(__name__)

RATES = {
    "person": "1200/min",
    "key": "3000/min",
    "visitor": "600/min",
    "address": "6000/min",
    "sign_in": "20/min",
    "sign_up": "60/hour",
    "recovery": "5/min",
    "invitation": "100/hour",
    "contact": "30/hour",
}


@dataclass(frozen=True)
class Budget:
    """What is left of one limit; `window` and `reset` in seconds, `reset` until all of it is there again."""

    scope: str
    limit: int
    window: int
    remaining: int
    reset: int

    @property
    def share_left(self) -> float:
        return self.remaining / self.limit


class Limit(SimpleRateThrottle):
    """Counts by what `get_cache_key` names; None is not counted. `budget` says afterwards what is left."""

    num_requests: int
    duration: int
    budget: Budget | None = None

    def get_rate(self) -> str:
        scope = str(self.scope)
        rate: str = getattr(settings, "API_THROTTLE_RATES", {}).get(scope, RATES[scope])
        return rate

    def allow_request(self, request: Request, view: APIView) -> bool:
        key = self.get_cache_key(request, view)
        if key is None:
            return True
        limit, seconds = self.num_requests, int(self.duration)
        number, since = divmod(self.timer(), seconds)
        asked = _count(f"{key}.{int(number)}", seconds)
        if asked is None:
            return True
        self.budget = Budget(
            str(self.scope), limit, seconds, max(limit - asked, 0), math.ceil(seconds - since)
        )
        return asked <= limit

    def wait(self) -> float:
        return float(self.budget.reset if self.budget else 0)

    def key_of(self, ident: str) -> str:
        return self.cache_format % {"scope": self.scope, "ident": ident}


def say_budgets(response: HttpResponseBase, limits: Iterable[Limit]) -> None:
    """What is left of the limit that is nearest, and in `RateLimit-Policy` all that were counted."""
    budgets = [limit.budget for limit in limits if limit.budget is not None]
    if not budgets:
        return
    nearest = min(budgets, key=lambda budget: budget.share_left)
    response["RateLimit-Limit"] = str(nearest.limit)
    response["RateLimit-Remaining"] = str(nearest.remaining)
    response["RateLimit-Reset"] = str(nearest.reset)
    response["RateLimit-Policy"] = ", ".join(
        f'"{budget.scope}";q={budget.limit};w={budget.window}' for budget in budgets
    )


def _count(key: str, seconds: int) -> int | None:
    """How often this was asked for by now. None when the cache is away: no reason to turn people away."""
    try:
        cache.add(key, 0, timeout=seconds)
        return int(cache.incr(key))
    except ValueError:
        # The window ended between the two.
        return 1
    except (RedisError, OSError) as error:
        logger.warning("Nobody is limited while the cache is away: %s", error)
        return None


class PersonThrottle(Limit):
    """Signed-in people, each by themselves, whatever address they come from."""

    scope = "person"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        user = request.user
        is_person = user.is_authenticated and not getattr(user, "is_service", False)
        return self.key_of(str(user.pk)) if is_person else None


class KeyThrottle(Limit):
    """Programs, each key by itself."""

    scope = "key"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return self.key_of(str(request.user.pk)) if getattr(request.user, "is_service", False) else None


class VisitorThrottle(Limit):
    """Visitors by address and browser: behind one carrier's address sit thousands of phones."""

    scope = "visitor"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        if request.user.is_authenticated:
            return None
        seen = f"{self.get_ident(request)} {request.headers.get('User-Agent', '')}"
        return self.key_of(hashlib.sha256(seen.encode()).hexdigest())


class AddressThrottle(Limit):
    """All visitors of one address together, so that changing the browser's name is no way around."""

    scope = "address"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return None if request.user.is_authenticated else self.key_of(self.get_ident(request))


class SignInThrottle(Limit):
    """Attempts for one account, wherever they come from, so that passwords cannot be guessed."""

    scope = "sign_in"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        body = request.data if isinstance(request.data, dict) else {}
        ident = _address_in(body) or _number_in(body) or self.get_ident(request)
        # Whatever was typed, in a key of one length.
        return self.key_of(hashlib.sha256(ident.encode()).hexdigest())


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


class SignUpThrottle(Limit):
    scope = "sign_up"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return self.key_of(self.get_ident(request))


class InvitationThrottle(Limit):
    """Mails to people who did not ask for them."""

    scope = "invitation"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return self.key_of(str(request.user.pk) if request.user.is_authenticated else self.get_ident(request))
