"""The base of every endpoint."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from common.api.filters import StrictFilterBackend
from common.api.formats import JsonParser, JsonRenderer, OnlyOneFormat
from common.api.schema import ApiSchema
from common.pagination import Key, KeysetPagination
from common.throttling import PersonThrottle, VisitorThrottle


class Endpoint(GenericViewSet[Any]):
    """JSON only, keyset pages, strict filters; for signed-in people unless it says otherwise."""

    parser_classes = [JsonParser]
    renderer_classes = [JsonRenderer]
    content_negotiation_class = OnlyOneFormat
    throttle_classes = [PersonThrottle, VisitorThrottle]
    filter_backends = [StrictFilterBackend]
    pagination_class = KeysetPagination
    schema = ApiSchema()
    # Actions that visitors may use as well.
    public_actions: ClassVar[frozenset[str]] = frozenset()
    orderings: ClassVar[dict[str, Key]] = {"id": Key("id")}
    default_ordering: ClassVar[str] = "id"

    def get_permissions(self) -> list[BasePermission]:
        # Without an action the method does not exist here, and 405 says so to everybody.
        if getattr(self, "action", None) in {None, *self.public_actions}:
            return [AllowAny()]
        return super().get_permissions()  # type: ignore[return-value]

    def organisation_slug(self, request: Request) -> str | None:
        """The organisation that the query string names."""
        return request.query_params.get("organisation")
