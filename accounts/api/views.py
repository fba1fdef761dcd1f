"""Accounts and tokens."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import limits
from accounts.actions.deletion import delete_account, export_own_data
from accounts.actions.phones import confirm_phone_change, phone_to_confirm
from accounts.actions.recovery import request_password_reset, reset_password
from accounts.actions.sign_up import confirm_account, request_account, update_account
from accounts.actions.tokens import renew, revoke, sign_in
from accounts.api.serializers import (
    AccountChangesSerializer,
    AccountSerializer,
    ConfirmationSerializer,
    ContactSerializer,
    DeletionSerializer,
    NewAccountSerializer,
    NewPasswordSerializer,
    RefreshSerializer,
    SentCodeSerializer,
    SignInSerializer,
    SignUpSerializer,
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
_CONFIRMATION = {"email": "thandi@example.org", "code": "BCDF-GHJK"}


class TokenEndpoint(Endpoint):
    public_actions = frozenset({"obtain", "refresh", "revoke"})
    # A stale token in the header must not keep anybody from getting a new one.
    authentication_classes = []
    # Wrong credentials are the answer here, not the way in.
    failures = frozenset({401})
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
        """For an e-mail address or a phone number and the password; with a second factor also its code.

        Five wrong passwords close the way in for five minutes (`locked_out`).
        """
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
        request=ContactSerializer,
        responses={202: None},
        tags=["auth"],
    )
    def ask(self, request: Request) -> Response:
        """By e-mail or SMS. The answer is the same whether there is an account or not."""
        request_password_reset(request._request, **read_body(ContactSerializer, request))
        return Response(status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        operation_id="password_reset_confirm",
        summary="Set a new password",
        request=NewPasswordSerializer,
        responses={204: None},
        tags=["auth"],
    )
    def confirm(self, request: Request) -> Response:
        """With the code from the mail or SMS. Every session and token of the account ends."""
        reset_password(**read_body(NewPasswordSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccountEndpoint(Endpoint):
    public_actions = frozenset({"create", "confirm"})

    def get_throttles(self) -> list[Any]:
        if self.action == "create":
            return [SignUpThrottle(), RecoveryThrottle()]
        return [RecoveryThrottle()] if self.action == "confirm" else super().get_throttles()

    @extend_schema(
        operation_id="accounts_create",
        summary="Ask for an account",
        request=NewAccountSerializer,
        responses={202: SignUpSerializer},
        tags=["accounts"],
        examples=[OpenApiExample("A resident", _NEW_ACCOUNT, request_only=True)],
    )
    def create(self, request: Request) -> Response:
        """For residents and for people whom an organisation will invite; it carries no role by itself.

        A code goes to the address, the number, or both; `accounts/confirm/` opens the account with it. The
        answer is the same where there is an account already: whoever has it is told so there.
        """
        words = read_body(NewAccountSerializer, request)
        sent = request_account(request._request, **words, acting_user=request.user)
        return Response(SignUpSerializer({"sent": sent}).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        operation_id="accounts_confirm",
        summary="Open the account",
        request=ConfirmationSerializer,
        responses={201: AccountSerializer},
        tags=["accounts"],
        examples=[OpenApiExample("A resident", _CONFIRMATION, request_only=True)],
    )
    def confirm(self, request: Request) -> Response:
        """With the code that was sent. Who gave an address and a number adds the second with its own code."""
        person = confirm_account(**read_body(ConfirmationSerializer, request), acting_user=request.user)
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
        limits.take(request._request, "reauthenticate", user=person)
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
        """Name, phone, language and time zone; what is not sent stays as it is.

        Another phone counts once it is confirmed at `accounts/me/phone/confirm/`.
        """
        person = cast(User, request.user)
        changes = read_body(AccountChangesSerializer, request)
        return Response(_shown(update_account(request._request, person, acting_user=person, **changes)))

    @extend_schema(
        operation_id="accounts_me_phone_confirm",
        summary="Confirm my phone",
        request=SentCodeSerializer,
        responses=AccountSerializer,
        tags=["accounts"],
    )
    def confirm_phone(self, request: Request) -> Response:
        """With the code from the SMS: the number is the person's from now on, and they sign in with it."""
        person = cast(User, request.user)
        code = read_body(SentCodeSerializer, request)["code"]
        return Response(_shown(confirm_phone_change(person, code=code, acting_user=person)))


def _shown(person: User) -> Any:
    person.active_memberships = memberships_of(person)  # type: ignore[attr-defined]
    person.phone_to_confirm = phone_to_confirm(person)  # type: ignore[attr-defined]
    return AccountSerializer(person).data
