"""A select whose options are written without a template for each: lists of wards and suburbs are long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.choices import BaseChoiceIterator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


class LazyPairs(BaseChoiceIterator):
    """Choices without groups that are read when they are shown, and taken as they come."""

    def __init__(self, read: Callable[[], Iterable[tuple[str, Any]]]) -> None:
        self.read = read

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield from self.read()


class QuickSelect(forms.Select):
    """Looks and behaves as Django's own, for choices without groups."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        pairs = tuple(("" if key is None else str(key), str(label)) for key, label in self.choices)
        options: str = _options(pairs)
        for key in self.format_value(value):
            options = options.replace(_beginning(key), _beginning(key, " selected"), 1)
        own = flatatt(self.build_attrs(self.attrs, attrs))
        # Every part was escaped where it was written.
        return format_html('<select name="{}"{}>\n{}\n</select>', name, own, mark_safe(options))  # noqa: S308


# The same for everybody until a row changes.
@lru_cache(maxsize=64)
def _options(pairs: tuple[tuple[str, str], ...]) -> SafeString:
    return format_html_join("\n", "{}{}</option>", ((_beginning(key), label) for key, label in pairs))


def _beginning(key: str, selected: str = "") -> SafeString:
    return format_html('<option value="{}"{}>', key, mark_safe(selected))  # noqa: S308
