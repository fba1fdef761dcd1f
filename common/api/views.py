"""The base of every endpoint, and the conventions that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.http.response import FileResponse, HttpResponseBase
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.viewsets import GenericViewSet

from common.api.etags import Changed, answer_if_changed, is_among, tag_of_contents
from common.api.fields import LineField
from common.api.filters import StrictFilterBackend
from common.api.formats import JsonParser, JsonRenderer, OnlyOneFormat
from common.api.idempotency import rendered, repeatable
from common.api.parameters import refuse_what_is_not_described
from common.api.schema import ApiSchema
from common.errors import DomainError
from common.pagination import Key, KeysetPagination
from common.throttling import (
    AddressThrottle,
    KeyThrottle,
    Limit,
    PersonThrottle,
    VisitorThrottle,
    say_budgets,
)

Handler = Callable[..., HttpResponseBase]
_ORGANISATION = LineField(max_length=100)


class Endpoint(GenericViewSet[Any]):
    """JSON only, keyset pages, strict parameters; for signed-in people unless it says otherwise."""

    parser_classes = [JsonParser]
    renderer_classes = [JsonRenderer]
    content_negotiation_class = OnlyOneFormat
    throttle_classes = [PersonThrottle, KeyThrottle, VisitorThrottle, AddressThrottle]
    filter_backends = [StrictFilterBackend]
    pagination_class = KeysetPagination
    # What there is to know of an address stands in the description of the API.
    metadata_class = None
    schema = ApiSchema()
    # Actions that visitors may use as well.
    public_actions: ClassVar[frozenset[str]] = frozenset()
    # Statuses of refusals that the description cannot know by itself.
    failures: ClassVar[frozenset[int]] = frozenset()
    # Whether rows carry a version that the endpoint itself compares with If-Match.
    has_versions: ClassVar[bool] = False
    orderings: ClassVar[dict[str, Key]] = {"id": Key("id")}
    default_ordering: ClassVar[str] = "id"

    def get_permissions(self) -> list[BasePermission]:
        # Without an action the method does not exist here, and 405 says so to everybody.
        if getattr(self, "action", None) in {None, "metadata", *self.public_actions}:
            return [AllowAny()]
        return super().get_permissions()  # type: ignore[return-value]

    def organisation_slug(self, request: Request) -> str | None:
        """The organisation that the query string names. Raises ValidationError for what no name can be."""
        given = request.query_params.get("organisation")
        if not given:
            return given
        try:
            named: str = _ORGANISATION.run_validation(given)
        except ValidationError as error:
            raise ValidationError({"organisation": error.detail}) from error
        return named

    def said(self, request: Request) -> Any:
        """The body, as two requests under one idempotency key are compared by."""
        return request.data

    # Before: limits, then rights

    def perform_authentication(self, request: Request) -> None:
        """Limits are counted before rights are asked for, so that whoever guesses is counted too."""
        try:
            super().perform_authentication(request)
        except (APIException, DomainError):
            request.user = AnonymousUser()
            self._count_request(request)
            raise
        self._count_request(request)

    def check_throttles(self, request: Request) -> None:
        """Has been done with the authentication."""

    def _count_request(self, request: Request) -> None:
        # Kept, because the answer says what is left.
        self.limits = [limit for limit in self.get_throttles() if isinstance(limit, Limit)]
        refused = [limit for limit in self.limits if not limit.allow_request(request, self)]
        if refused:
            self.throttled(request, max(limit.wait() for limit in refused))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = str(request.method).lower()
        handler = getattr(self, method, None)
        if handler is not None and self.action is not None:
            wrapper = self._run_read if request.method in SAFE_METHODS else self._run_change
            setattr(self, method, partial(wrapper, handler))

    # Around: what every answer and every change has in common

    def _run_read(self, handler: Handler, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = handler(request, *args, **kwargs)
        # Lists have read their parameters by now; what nobody has read is compared with the description.
        try:
            refuse_what_is_not_described(self, request)
        except Exception:
            if isinstance(response, FileResponse) and response.file_to_stream is not None:
                # Nobody is going to read it.
                response.file_to_stream.close()
            raise
        return response

    def _run_change(self, handler: Handler, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A change, in one transaction with what has to be true at its end.

        A refusal does not undo what was written to be kept, such as the count of wrong codes; a failure
        of ours undoes everything.
        """
        refuse_what_is_not_described(self, request)
        confirm = getattr(request.auth, "confirm", None)
        visitor = BaseThrottle().get_ident(request)
        repeated = repeatable(request, visitor, self.said) if request.method == "POST" else None
        if confirm is None and repeated is None and "If-Match" not in request.headers:
            return handler(request, *args, **kwargs)
        respond = partial(self._run, handler, request, *args, **kwargs)
        with transaction.atomic():
            response = respond() if repeated is None else repeated.answer(respond, request.user)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            elif confirm is not None:
                # A credential that can end in mid-request is asked for again before its change is committed.
                confirm()
        return response

    def _run(self, handler: Handler, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self._compare_versions(request, *args, **kwargs)
            response = handler(request, *args, **kwargs)
        except Exception as error:
            response = self.handle_exception(error)
        return rendered(response, request)

    def _compare_versions(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """If-Match, for rows without a version: it must name what is shown here now. Raises Changed."""
        wanted = request.headers.get("If-Match", "")
        shows = (self.action_map or {}).get("get")
        if not wanted or self.has_versions or shows is None or request.method == "POST":
            return
        with connection.cursor() as cursor:
            # Changes that compare go one by one, so that two cannot both have seen the same.
            here = request.path_info.rstrip("/")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [here])
        shown: Any = rendered(getattr(self, shows)(request, *args, **kwargs), request)
        tag = tag_of_contents(shown.data, shown.content)
        if not is_among(tag, wanted):
            raise Changed(tag)

    # After: what every answer says

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, Changed):
            response["ETag"] = exc.tag
        if response.status_code == status.HTTP_401_UNAUTHORIZED:
            response.setdefault("WWW-Authenticate", 'Bearer realm="api"')
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method in SAFE_METHODS:
            # Mirrors on the way keep nothing that is for one reader; the reader asks whether it is still so.
            response.setdefault("Cache-Control", "private, no-cache")
        if request.method in SAFE_METHODS and response.status_code == 200 and isinstance(response, Response):
            response.add_post_render_callback(partial(answer_if_changed, request))
        say_budgets(response, getattr(self, "limits", []))
        return response
