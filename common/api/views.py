"""The base of every endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
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

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A credential that can end in mid-request is asked for again before its change is committed."""
        super().initial(request, *args, **kwargs)
        confirm = getattr(request.auth, "confirm", None)
        if confirm is not None and request.method not in SAFE_METHODS:
            method = str(request.method).lower()
            setattr(self, method, _confirmed(getattr(self, method), confirm))

    def organisation_slug(self, request: Request) -> str | None:
        """The organisation that the query string names."""
        return request.query_params.get("organisation")


def _confirmed(handler: Callable[..., Response], confirm: Callable[[], None]) -> Callable[..., Response]:
    """The handler in one transaction that ends with the confirmation: without it nothing has changed."""

    def handle(*args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            response = handler(*args, **kwargs)
            confirm()
        return response

    return handle
