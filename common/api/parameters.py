"""Query parameters of operations that are no lists: what their description does not name is refused."""

from __future__ import annotations

from functools import cache
from inspect import isclass
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from common.api.serializers import refuse_repetition

_SHOWN = 20


def refuse_what_is_not_described(view: Any, request: Request) -> None:
    """Nothing to do where somebody has read the parameters. Raises ValidationError by parameter."""
    if getattr(request, "parameters_are_read", False):
        return
    refuse_repetition(request)
    view_class: Any = type(view)
    described = described_parameters(view_class, view.action)
    unknown = [name[:100] for name in request.query_params if name not in described]
    if unknown:
        raise ValidationError({name: [_("There is no such parameter.")] for name in unknown[:_SHOWN]})


@cache
def described_parameters(view_class: Any, action: str) -> frozenset[str]:
    """The names that `extend_schema` gives to query parameters of this action."""
    schema_class = getattr(getattr(view_class, action, None), "kwargs", {}).get("schema")
    if schema_class is None:
        return frozenset()
    schema, view = schema_class(), view_class()
    view.request, view.kwargs = None, {}
    schema.view, schema.method = view, ""
    return frozenset(name for given in schema.get_override_parameters() for name in _names(given))


def _names(given: Any) -> list[str]:
    if isinstance(given, OpenApiParameter):
        return [given.name] if given.location == OpenApiParameter.QUERY else []
    serializer: Any = given() if isclass(given) else given
    return list(serializer.fields)
