"""Serializer fields with the manners of this API: words for choices, text without control characters."""

from __future__ import annotations

import math
from datetime import UTC
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.text import clean_line, is_email, refuse_control_characters


class MomentField(serializers.DateTimeField):
    """A moment in UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)


class TextField(serializers.CharField):
    """Several lines of text.

    Text that no rule can object to and nothing has to be trimmed from is seen at a glance: a file of
    tickets is mostly that, and the rules one by one take ten times as long. They have the last word
    on everything else.
    """

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        self.validators.append(refuse_control_characters)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return data if self._is_plain(data) else super().run_validation(data)

    def _is_plain(self, data: Any) -> bool:
        """Printable text, which has no line ends, begins and ends with a word."""
        fits = type(data) is str and (self.min_length or 1) <= len(data) <= (self.max_length or 0)
        return fits and data.isprintable() and data[0] != " " != data[-1]


class LineField(TextField):
    """One line of text, white space folded."""

    def _is_plain(self, data: Any) -> bool:
        return super()._is_plain(data) and "  " not in data

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        # Before folding, which takes some control characters for space.
        try:
            refuse_control_characters(text)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages, code="control_characters") from error
        return clean_line(text)


class AddressField(serializers.EmailField):
    """An e-mail address."""

    def __init__(self, *, max_length: int = 254, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if type(data) is str and len(data) <= (self.max_length or 0) and is_email(data):
            return data
        return super().run_validation(data)


class DegreesField(serializers.FloatField):
    """A latitude or longitude. Refuses what is no number although floats can hold it."""

    default_error_messages = {"not_finite": _("A valid number is required.")}

    def __init__(self, *, limit: float, **options: Any) -> None:
        self.limit = limit
        super().__init__(min_value=-limit, max_value=limit, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if type(data) is float and -self.limit <= data <= self.limit:
            return data
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> float:
        # True is a number to Python, but not a place on earth.
        number = math.nan if isinstance(data, bool) else super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("not_finite")
        return number


class WordField(serializers.ChoiceField):
    """A choice that is stored as a number and spoken as its English word."""

    def __init__(self, kind: type[models.IntegerChoices], **options: Any) -> None:
        self.kind = kind
        super().__init__(choices=[(member.name.lower(), member.label) for member in kind], **options)

    def to_internal_value(self, data: Any) -> Any:
        word = super().to_internal_value(data.strip().lower() if isinstance(data, str) else data)
        return self.kind[word.upper()]

    def to_representation(self, value: Any) -> Any:
        return self.from_column(value)

    def from_column(self, value: int | None) -> str | None:
        return None if value is None else self.kind(value).name.lower()


class BlankChoiceField(serializers.ChoiceField):
    """A choice that is stored as an empty string and spoken as null while nothing is chosen."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices=choices, allow_null=True, **options)

    def to_representation(self, value: Any) -> Any:
        return self.from_column(value)

    def from_column(self, value: str) -> str | None:
        return value or None
