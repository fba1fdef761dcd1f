"""Serializer fields with the manners of this API: words for choices, text without control characters."""

from __future__ import annotations

import math
from datetime import UTC
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.text import clean_line, refuse_control_characters


class MomentField(serializers.DateTimeField):
    """A moment in UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)


class TextField(serializers.CharField):
    """Several lines of text."""

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        self.validators.append(refuse_control_characters)


class LineField(TextField):
    """One line of text, white space folded."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        # Before folding, which takes some control characters for space.
        try:
            refuse_control_characters(text)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages, code="control_characters") from error
        return clean_line(text)


class DegreesField(serializers.FloatField):
    """A latitude or longitude. Refuses what is no number although floats can hold it."""

    default_error_messages = {"not_finite": _("A valid number is required.")}

    def __init__(self, *, limit: float, **options: Any) -> None:
        super().__init__(min_value=-limit, max_value=limit, **options)

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
