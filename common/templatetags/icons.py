"""Icons in every template without a word to load them: {% icon "pin" %}."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_ICON = (
    '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">'
    '<use href="{}#{}"/></svg>'
)


# A tag and not a partial template, because a list shows a hundred of them.
@register.simple_tag
def icon(name: str) -> SafeString:
    """The picture of that name in `static/icons/sprite.svg`; words beside it say what it means."""
    return _markup(name, staticfiles_storage)


# A storage that was exchanged is another key.
@lru_cache(maxsize=256)
def _markup(name: str, storage: Any) -> SafeString:
    return format_html(_ICON, storage.url("icons/sprite.svg"), name)
