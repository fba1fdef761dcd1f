"""A select whose options are written without a template for each: lists of wards and suburbs are long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_SELECTED = SafeString(" selected")


class QuickSelect(forms.Select):
    """Looks and behaves as Django's own, for choices without groups."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        rows = ((key, _SELECTED if key in chosen else "", label) for key, label in self._pairs())
        options = format_html_join("\n", '<option value="{}"{}>{}</option>', rows)
        own = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>\n{}\n</select>', name, own, options)

    def _pairs(self) -> Iterator[tuple[str, Any]]:
        for key, label in self.choices:
            yield "" if key is None else str(key), label
