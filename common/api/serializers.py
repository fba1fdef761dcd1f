"""Bodies and query strings: what is not known is an error, not silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

_SHOWN = 20


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know, so that a typing error does not pass for a change.

    `synonyms` are the names that older clients have for fields: theirs -> ours.
    """

    synonyms: ClassVar[Mapping[str, str]] = {}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            data = self._in_our_words(data)
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = [str(name)[:100] for name in data if name not in known]
            if unknown:
                raise ValidationError({key: [_("There is no such field.")] for key in unknown[:_SHOWN]})
        return super().to_internal_value(data)

    def _in_our_words(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        # Given under both names, theirs is left to the check for unknown fields.
        theirs = {name: ours for name, ours in self.synonyms.items() if name in data and ours not in data}
        return {theirs.get(name, name): value for name, value in data.items()} if theirs else data


class NothingSerializer(StrictSerializer):
    """A body that says nothing: absent or an empty object."""


def read_body(
    serializer: type[serializers.Serializer[Any]], request: Request, **options: Any
) -> dict[str, Any]:
    """The checked body of a request. Raises ValidationError by field."""
    bound = serializer(data=request.data, **options)
    bound.is_valid(raise_exception=True)
    checked: dict[str, Any] = bound.validated_data
    return checked


def read_query(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The checked query string of a request. Raises ValidationError by parameter."""
    refuse_repetition(request)
    mark_as_read(request)
    bound = serializer(data=request.query_params.dict())
    bound.is_valid(raise_exception=True)
    checked: dict[str, Any] = bound.validated_data
    return checked


def mark_as_read(request: Request) -> None:
    """Whoever reads the query string refuses what is unknown in it; see `common.api.parameters`."""
    request.parameters_are_read = True  # type: ignore[attr-defined]


def refuse_repetition(request: Request) -> None:
    """A parameter given twice would otherwise lose its first value without a word."""
    repeated = [name for name, values in request.query_params.lists() if len(values) > 1]
    if repeated:
        sentence = _("Give this once; separate several values by commas.")
        raise ValidationError({key: [sentence] for key in repeated[:_SHOWN]})
