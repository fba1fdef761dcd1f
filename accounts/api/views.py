"""Accounts and tokens."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from allauth.core import ratelimit
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.deletion import delete_account, export_own_data
from accounts.actions.recovery import request_password_reset, reset_password
from accounts.actions.sign_up import create_account, update_account
from accounts.actions.tokens import renew, revoke, sign_in
from accounts.api.serializers import (
    AccountChangesSerializer,
    AccountSerializer,
    DeletionSerializer,
    NewAccountSerializer,
    NewPasswordSerializer,
    RecoverySerializer,
    RefreshSerializer,
    SignInSerializer,
    TokensSerializer,
)
from accounts.models import User
from accounts.queries import memberships_of
from common.api.serializers import read_body
from common.api.views import Endpoint
from common.throttling import RecoveryThrottle, SignInThrottle, SignUpThrottle, VisitorThrottle

_DEMO_RESIDENT = {"email": "resident@demo.lokisa.example", "password": "jacaranda-city"}
_NEW_ACCOUNT = {
    "email": "thandi@example.org",
    "password": "purple-rain-in-october",
    "full_name": "Thandi Mokoena",
    "phone": "082 123 4567",
}


class TokenEndpoint(Endpoint):
    public_actions = frozenset({"obtain", "refresh", "revoke"})
    # A stale token in the header must not keep anybody from getting a new one.
    authentication_classes = []
    throttle_classes = [SignInThrottle]

    @extend_schema(
        operation_id="tokens_obtain",
        summary="Sign in",
        request=SignInSerializer,
        responses=TokensSerializer,
        tags=["auth"],
        examples=[OpenApiExample("A resident of the demo", _DEMO_RESIDENT, request_only=True)],
    )
    def obtain(self, request: Request) -> Response:
        """Tokens for an e-mail address and password, and the code of the second factor where there is one."""
        credentials = read_body(SignInSerializer, request)
        return Response(asdict(sign_in(request._request, **credentials)))

    @extend_schema(
        operation_id="tokens_refresh",
        summary="Renew the tokens",
        request=RefreshSerializer,
        responses=TokensSerializer,
        tags=["auth"],
    )
    def refresh(self, request: Request) -> Response:
        """A new pair for a refresh token. Each refresh token works once."""
        return Response(asdict(renew(read_body(RefreshSerializer, request)["refresh"])))

    @extend_schema(
        operation_id="tokens_revoke",
        summary="Sign out",
        request=RefreshSerializer,
        responses={204: None},
        tags=["auth"],
    )
    def revoke(self, request: Request) -> Response:
        """Make a refresh token worthless."""
        revoke(read_body(RefreshSerializer, request)["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class RecoveryEndpoint(Endpoint):
    public_actions = frozenset({"ask", "confirm"})
    authentication_classes = []
    throttle_classes = [RecoveryThrottle, VisitorThrottle]

    @extend_schema(
        operation_id="password_reset",
        summary="Ask for a code for a new password",
        request=RecoverySerializer,
        responses={202: None},
        tags=["auth"],
    )
    def ask(self, request: Request) -> Response:
        """The answer is the same whether there is an account with this address or not."""
        request_password_reset(request._request, **read_body(RecoverySerializer, request))
        return Response(status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        operation_id="password_reset_confirm",
        summary="Set a new password",
        request=NewPasswordSerializer,
        responses={204: None},
        tags=["auth"],
    )
    def confirm(self, request: Request) -> Response:
        """With the code from the mail. Every session and token of the account ends."""
        reset_password(**read_body(NewPasswordSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccountEndpoint(Endpoint):
    public_actions = frozenset({"create"})

    def get_throttles(self) -> list[Any]:
        return [SignUpThrottle()] if self.action == "create" else super().get_throttles()

    @extend_schema(
        operation_id="accounts_create",
        summary="Open an account",
        request=NewAccountSerializer,
        responses={201: AccountSerializer},
        tags=["accounts"],
        examples=[OpenApiExample("A resident", _NEW_ACCOUNT, request_only=True)],
    )
    def create(self, request: Request) -> Response:
        """For residents and for people whom an organisation will invite; it carries no role by itself."""
        person = create_account(**read_body(NewAccountSerializer, request), acting_user=request.user)
        return Response(_shown(person), status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="accounts_me", summary="Who am I", responses=AccountSerializer, tags=["accounts"]
    )
    def me(self, request: Request) -> Response:
        """The signed-in person, and their role in each organisation."""
        return Response(_shown(cast(User, request.user)))

    @extend_schema(
        operation_id="accounts_me_delete",
        summary="Delete my account",
        request=DeletionSerializer,
        responses={204: None},
        tags=["accounts"],
    )
    def delete_me(self, request: Request) -> Response:
        """The account, its sessions and tokens end; tickets stay, without the person.

        Refused for the last admin of an organisation, and for who still has tickets to work on.
        """
        person = cast(User, request.user)
        if not ratelimit.consume(request._request, action="reauthenticate", user=person):
            raise Throttled(60)
        delete_account(person, **read_body(DeletionSerializer, request), acting_user=person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="accounts_me_export",
        summary="Download my data",
        responses={200: OpenApiTypes.OBJECT},
        tags=["accounts"],
    )
    def export(self, request: Request) -> Response:
        """Everything that is kept of the person."""
        return Response(export_own_data(cast(User, request.user)))

    @extend_schema(
        operation_id="accounts_me_update",
        summary="Change what is known of me",
        request=AccountChangesSerializer,
        responses=AccountSerializer,
        tags=["accounts"],
    )
    def update_me(self, request: Request) -> Response:
        """Name, phone, language and time zone; what is not sent stays as it is."""
        person = cast(User, request.user)
        changes = read_body(AccountChangesSerializer, request)
        return Response(_shown(update_account(person, acting_user=person, **changes)))


def _shown(person: User) -> Any:
    person.active_memberships = memberships_of(person)  # type: ignore[attr-defined]
    return AccountSerializer(person).data
