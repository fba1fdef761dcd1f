"""How OpenAPI tells of what every operation has in common: its headers, its problems, what is counted.

Failures and headers are said once, under `components`, and named by each operation.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework import serializers

from common.exception_handler import PROBLEM_TYPE

IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    description="The ETag that you saw. When somebody else was quicker, the answer is 412.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    description="The ETag that you have. When nothing has changed, the answer is 304.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description=(
        "Any name for this request that you use once, such as a UUID. Sent again within a day, the request "
        "is not done again but answered as the first time, with `Idempotency-Replayed: true`."
    ),
    pattern="^[!-~]{1,255}$",
)
ORGANISATION = OpenApiParameter(
    "organisation",
    description="Slug of the organisation. Without it: yours if you work in exactly one, else the host's.",
)


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457: what went wrong, for machines and for people."""

    type = serializers.CharField(help_text="urn:lokisa:problem:CODE")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for people, in the language they asked for.")
    code = serializers.CharField(help_text="For machines; stays the same in every language.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), help_text="Sentences by field."
    )
    request_id = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(required=False, help_text="With 412: the present version of a ticket.")


# Status -> how the description calls it, and what it means.
FAILURES = {
    400: ("BadRequest", "Something in the request cannot be accepted; `errors` says what, by field."),
    401: ("NotSignedIn", "Not signed in, or the token or key is not valid any more."),
    403: ("NotAllowed", "You may see this but not do that."),
    404: ("NotFound", "Does not exist, or is not for you to see."),
    406: ("NotAcceptable", "The Accept header leaves no room for JSON."),
    409: ("Conflict", "The present state does not allow it; `code` says why. With `in_flight` try again."),
    412: ("Changed", "Changed since you read it: `ETag`, and `version` for a ticket, say what it is now."),
    413: ("TooLarge", "The body is larger than 1 MB."),
    415: ("UnsupportedMediaType", "The body must be application/json."),
    422: ("KeyReused", "The Idempotency-Key came with another request before."),
    429: ("TooManyRequests", "Too many requests; `Retry-After` says how many seconds to wait."),
    500: ("ServerError", "Our fault. It has been recorded under the `request_id`."),
    503: ("Busy", "The system is busy; try again in a moment."),
}
NOT_MODIFIED = {"$ref": "#/components/responses/NotModified"}

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer", "minimum": 0}
HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "X-Request-ID": (_TEXT, "The request's id, also in our logs."),
    "RateLimit-Limit": (_NUMBER, "How many requests the nearest limit allows."),
    "RateLimit-Remaining": (_NUMBER, "How many of them are left."),
    "RateLimit-Reset": (_NUMBER, "In how many seconds all of them are back."),
    "RateLimit-Policy": (
        _TEXT,
        'Every limit that counts here: `"person";q=1200;w=60` is 1200 in 60 seconds.',
    ),
    "ETag": (_TEXT, "The version of what is shown."),
    "Retry-After": (_NUMBER, "In how many seconds to try again."),
    "WWW-Authenticate": (_TEXT, "How to sign in."),
    "Idempotency-Replayed": (
        {"type": "string", "enum": ["true"]},
        "The request had been answered before and was not done again.",
    ),
}
_ALWAYS = ("X-Request-ID", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy")
_OF_FAILURES = {401: ("WWW-Authenticate",), 409: ("Retry-After",), 412: ("ETag",), 429: ("Retry-After",)}


class ApiSchema(AutoSchema):
    """The description of one operation. What views say with `extend_schema` comes first."""

    def get_override_parameters(self) -> list[Any]:
        shared = {"GET": [IF_NONE_MATCH], "POST": [IDEMPOTENCY_KEY]}.get(self.method, [])
        is_shown = "get" in (getattr(self.view, "action_map", None) or {})
        if is_shown and self.method in {"PUT", "PATCH", "DELETE"}:
            shared = [IF_MATCH]
        parameters: list[Any] = super().get_override_parameters()
        return [*parameters, *shared]

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        # Registers the component that all failures refer to.
        self.resolve_serializer(ProblemSerializer, direction)
        if self.method == "GET":
            bodies["304"] = NOT_MODIFIED
        for code in self._failures():
            bodies[str(code)] = {"$ref": f"#/components/responses/{FAILURES[code][0]}"}
        return dict(sorted(bodies.items()))

    def _get_response_headers_for_code(
        self, status_code: str, direction: Direction = "response"
    ) -> dict[str, Any]:
        own: dict[str, Any] = super()._get_response_headers_for_code(status_code, direction)
        names = [*_ALWAYS]
        if self.method == "GET":
            names.append("ETag")
        if self.method == "POST":
            names.append("Idempotency-Replayed")
        return own | {name: header(name) for name in names}

    def _failures(self) -> set[int]:
        codes = {400, 406, 429, 500, 503, *getattr(self.view, "failures", ())}
        if self.view.get_authenticators():
            codes.add(401)
        if "{" in self.path or self._has("organisation"):
            codes.add(404)
        if self.method != "GET" or {} not in self.get_auth():
            codes.add(403)
        if self.method != "GET":
            codes.add(409)
        if self.method == "POST":
            codes.add(422)
        if self._has("If-Match"):
            codes.add(412)
        if self._get_request_body():  # type: ignore[no-untyped-call]
            codes |= {413, 415}
        return codes

    def _has(self, name: str) -> bool:
        return any(row["name"] == name for row in self._get_parameters())


def header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def add_what_is_shared(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular: the headers and answers that operations name."""
    components = result.setdefault("components", {})
    components["headers"] = {
        name: {"schema": schema, "description": description}
        for name, (schema, description) in HEADERS.items()
    }
    always = {name: header(name) for name in _ALWAYS}
    components["responses"] = {
        "NotModified": {
            "description": "Nothing has changed since the answer with this ETag.",
            "headers": {**always, "ETag": header("ETag")},
        },
        **{name: _failure(code) for code, (name, _said) in FAILURES.items()},
    }
    return result


def _failure(code: int) -> dict[str, Any]:
    headers = {name: header(name) for name in (*_ALWAYS, *_OF_FAILURES.get(code, ()))}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": FAILURES[code][1],
        "headers": headers,
        "content": {PROBLEM_TYPE: {"schema": schema}},
    }
