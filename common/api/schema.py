"""How OpenAPI tells of failures: every operation names its problems."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from common.exception_handler import PROBLEM_TYPE

IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    description="The ETag that you saw. When the ticket has changed since, the answer is 412.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    description="The ETag that you have. When nothing has changed, the answer is 304.",
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
    version = serializers.IntegerField(required=False, help_text="With 412: the present version.")


FAILURES = {
    400: "Something in the request cannot be accepted; `errors` says what, by field.",
    401: "Not signed in, or the token is not valid any more.",
    403: "You may see this but not do that.",
    404: "Does not exist, or is not for you to see.",
    409: "The present state does not allow it; `code` says why.",
    412: "Changed since you read it; `version` is the present one.",
    429: "Too many requests; `Retry-After` says how long to wait.",
}


class ApiSchema(AutoSchema):
    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._failures():
            response = OpenApiResponse(ProblemSerializer, description=FAILURES[code])
            described = self._get_response_for_code(  # type: ignore[no-untyped-call]
                response, str(code), media_types=[PROBLEM_TYPE]
            )
            bodies.setdefault(str(code), described)
        return bodies

    def _failures(self) -> list[int]:
        codes = {400, 401, 429}
        if "{" in self.path:
            codes.add(404)
        if self.method != "GET":
            codes |= {403, 409}
        if any(getattr(parameter, "name", "") == "If-Match" for parameter in self.get_override_parameters()):
            codes.add(412)
        return sorted(codes)
