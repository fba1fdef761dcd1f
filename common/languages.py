"""The languages that there are words in."""

from __future__ import annotations

from django.conf import settings


def known_language(*wanted: str) -> str:
    """The code of the first of these that the site speaks, else its own."""
    known = dict(settings.LANGUAGES)
    return next((code for code in wanted if code in known), settings.LANGUAGE_CODE)
