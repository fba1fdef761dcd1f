"""Filters of lists: allow-listed, and malformed or unknown ones are errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError as FormError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from common.api.serializers import mark_as_read, refuse_repetition
from common.identifiers import as_uuid

# What lists understand beside their filters.
GENERAL = frozenset({"cursor", "page_size", "ordering", "include", "organisation"})
MOST_VALUES = 200


class StrictFilterBackend(DjangoFilterBackend):
    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        refuse_repetition(request)
        mark_as_read(request)
        filterset_class = self.get_filterset_class(view, queryset)
        known = GENERAL | set(filterset_class.base_filters if filterset_class else ())
        unknown = [name[:100] for name in request.query_params if name not in known]
        if unknown:
            raise ValidationError({key: [_("There is no such filter.")] for key in unknown[:20]})
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered


class ListField(forms.CharField):
    """Values separated by commas, each read by `read`, which raises ValueError for nonsense."""

    def __init__(self, *, read: Callable[[str], Any] = str, **options: Any) -> None:
        self.read = read
        super().__init__(**options)

    def clean(self, value: Any) -> list[Any]:
        words = [word.strip() for word in (super().clean(value) or "").split(",") if word.strip()]
        if len(words) > MOST_VALUES:
            raise FormError(_("At most %d values, please.") % MOST_VALUES)
        try:
            return [self.read(word) for word in words]
        except (ValueError, KeyError) as error:
            raise FormError(_("At least one of these values is not known.")) from error


class ListFilter(django_filters.Filter):
    """Rows whose column has one of the values."""

    field_class = ListField

    def __init__(self, field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name, lookup_expr="in", **options)
        # Several values in one parameter are a string, whatever the column is.
        extend_schema_field(OpenApiTypes.STR)(self)


class KeyFilter(django_filters.CharFilter):
    """Rows that belong to the row with this id, or with this value in its human key."""

    def __init__(
        self, field_name: str, *, human_key: str, read: Callable[[str], Any] = str, **options: Any
    ) -> None:
        # Codes are words: people do not mind their case.
        self.column = f"{field_name}__{human_key}" + ("__iexact" if read is str else "")
        self.read = read
        super().__init__(field_name, max_length=100, **options)

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return queryset
        if key := as_uuid(value):
            return queryset.filter(**{f"{self.field_name}_id": key})
        try:
            typed = self.read(value)
        except ValueError as error:
            raise ValidationError({self.field_name: [_("This value is not valid.")]}) from error
        return queryset.filter(**{self.column: typed})


class YesNoField(forms.NullBooleanField):
    """`true` or `false`; forms would take any other word for "unknown"."""

    _WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": None}

    def clean(self, value: Any) -> bool | None:
        word = str(value if value is not None else "").strip().lower()
        if word not in self._WORDS:
            raise FormError(_("Say true or false."))
        return self._WORDS[word]


class YesNoFilter(django_filters.BooleanFilter):
    field_class = YesNoField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # The usual widget turns words that it does not know into nothing.
        self.extra["widget"] = forms.TextInput
