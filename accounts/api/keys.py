"""The keys of an organisation. Secrets are shown once, in the answer that makes them."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.keys import IssuedKey, create_key, revoke_key, rotate_key, rotate_secret
from accounts.enums import Capability, Scope
from accounts.models import ApiKey, Organisation
from accounts.permissions import has_capability
from accounts.queries import find_key, keys_of, own_organisation
from accounts.querysets import ApiKeyQuerySet
from common.api.fields import LineField, MomentField
from common.api.schema import ORGANISATION
from common.api.serializers import NothingSerializer, StrictSerializer, read_body
from common.api.views import Endpoint
from common.errors import NotAllowed, NotFound
from common.pagination import Key

_TAG = "organisations"


class NewKeySerializer(StrictSerializer):
    name = LineField(max_length=80)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices), min_length=1, max_length=len(Scope)
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class KeySerializer(serializers.ModelSerializer[ApiKey]):
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    created_at = MomentField()
    created_by = serializers.CharField(source="created_by.full_name", default=None, allow_null=True)
    expires_at = MomentField(allow_null=True)
    revoked_at = MomentField(allow_null=True)
    last_used_at = MomentField(allow_null=True, help_text="Recorded at most once a minute.")

    class Meta:
        model = ApiKey
        fields = [
            "id",
            "name",
            "prefix",
            "scopes",
            "is_secret",
            "created_at",
            "created_by",
            "expires_at",
            "revoked_at",
            "last_used_at",
        ]
        read_only_fields = fields


class IssuedKeySerializer(KeySerializer):
    secret = serializers.CharField(help_text="The whole key, shown this once.")

    class Meta(KeySerializer.Meta):
        fields = [*KeySerializer.Meta.fields, "secret"]
        read_only_fields = fields


class KeysEndpoint(Endpoint):
    """For organisation admins, and for keys that may do everything."""

    queryset = ApiKeyQuerySet(ApiKey)
    serializer_class = KeySerializer
    orderings = {"created_at": Key("created_at"), "name": Key("name")}
    default_ordering = "-created_at"

    @extend_schema(
        operation_id="keys_list",
        summary="List keys",
        parameters=[ORGANISATION],
        responses=KeySerializer(many=True),
        tags=[_TAG],
    )
    def list(self, request: Request) -> Response:
        """Every key, those that have ended included; never a secret."""
        organisation = self._managed(request)
        page = self.paginate_queryset(self.filter_queryset(keys_of(organisation.pk))) or []
        return self.get_paginated_response(KeySerializer(page, many=True).data)

    @extend_schema(
        operation_id="keys_create",
        summary="Make a key",
        parameters=[ORGANISATION],
        request=NewKeySerializer,
        responses={201: IssuedKeySerializer},
        tags=[_TAG],
        examples=[
            OpenApiExample(
                "For a shop", {"name": "Web shop", "scopes": ["tickets:create"]}, request_only=True
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """For a program of the organisation. The answer has the whole key, which is shown this once."""
        organisation = self._managed(request)
        return _issued(
            create_key(organisation, **read_body(NewKeySerializer, request), acting_user=request.user)
        )

    @extend_schema(
        operation_id="keys_revoke",
        summary="Revoke a key",
        parameters=[ORGANISATION],
        responses={204: None},
        tags=[_TAG],
    )
    def revoke(self, request: Request, key: uuid.UUID) -> Response:
        """Ends it at once, also for changes that are under way."""
        revoke_key(self._key(request, key), acting_user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="keys_rotate",
        summary="Replace a key",
        parameters=[ORGANISATION],
        request=NothingSerializer,
        responses={201: IssuedKeySerializer},
        tags=[_TAG],
    )
    def rotate(self, request: Request, key: uuid.UUID) -> Response:
        """A successor with the same scopes. The old key goes on for seven days; at most two are live."""
        read_body(NothingSerializer, request)
        return _issued(rotate_key(self._key(request, key), acting_user=request.user))

    @extend_schema(
        operation_id="secret_rotate",
        summary="Replace the organisation's secret",
        parameters=[ORGANISATION],
        request=NothingSerializer,
        responses={201: IssuedKeySerializer},
        tags=[_TAG],
    )
    def rotate_secret(self, request: Request) -> Response:
        """The same for the secret that signing up returned."""
        organisation = self._managed(request)
        read_body(NothingSerializer, request)
        return _issued(rotate_secret(organisation, acting_user=request.user))

    def _managed(self, request: Request) -> Organisation:
        """The organisation, for those who manage it. Raises NotAllowed."""
        organisation = own_organisation(request.user, slug=self.organisation_slug(request))
        if not has_capability(request.user, Capability.MANAGE_ORGANISATION, organisation.pk):
            raise NotAllowed
        return organisation

    def _key(self, request: Request, key: uuid.UUID) -> ApiKey:
        found = find_key(self._managed(request).pk, key)
        if found is None:
            raise NotFound
        return found


def _issued(issued: IssuedKey) -> Response:
    shown: dict[str, Any] = {**KeySerializer(issued.key).data, "secret": issued.secret}
    return Response(shown, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})
