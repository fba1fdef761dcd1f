"""Programs that come with a key of their organisation, in the header or in the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import Token

from accounts.actions.keys import check_key, confirm_key
from accounts.actions.tokens import ROUND_CLAIM
from accounts.models import ApiKey, User
from accounts.permissions import presented_key

KEYWORD = "api-key"


@dataclass(frozen=True)
class KeyInUse:
    """What a request with a key has as its `auth`; see `common.api.views.Endpoint`."""

    key: ApiKey

    def confirm(self) -> None:
        """Raises RevokedKey, ExpiredKey."""
        confirm_key(self.key)


class TokenAuthentication(JWTAuthentication):
    """A person's access token; worthless once they signed out everywhere."""

    def get_user(self, validated_token: Token) -> Any:
        user: Any = super().get_user(validated_token)
        if validated_token.get(ROUND_CLAIM, 0) != user.sign_in_round:
            raise AuthenticationFailed(_("You have signed out everywhere. Sign in again."), code="signed_out")
        return user


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key PREFIX.SECRET`."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD.encode():
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("Write the header as: Api-Key PREFIX.SECRET"), code="malformed_key")
        return _signed_in(words[1].decode("latin-1"))

    def authenticate_header(self, request: Request) -> str:
        return "Api-Key"


class SecretInBody(BaseAuthentication):
    """`secret` in the body of a POST, as clients of the older ticket services send it."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        body = request.data if request.method == "POST" else None
        secret = body.get("secret") if isinstance(body, dict) else None
        return _signed_in(secret) if isinstance(secret, str) and secret else None


def _signed_in(given: str) -> tuple[User, KeyInUse]:
    user = check_key(given)
    return user, KeyInUse(presented_key(user))


# For endpoints that take the secret in the body too. The cookie comes last: a secret is no accident.
WITH_SECRET: list[Any] = [TokenAuthentication, ApiKeyAuthentication, SecretInBody, SessionAuthentication]


class TokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    target_class = "accounts.api.authentication.TokenAuthentication"


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.api.authentication.ApiKeyAuthentication"
    name = "keyAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "A key of your organisation: `Api-Key PREFIX.SECRET`.",
        }


class SecretInBodyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """It is a field of the body, which the operation describes."""

    target_class = "accounts.api.authentication.SecretInBody"
    name: list[str] = []

    def get_security_requirement(self, auto_schema: Any) -> list[Any]:
        return []

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return []
