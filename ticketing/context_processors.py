"""What every page may know: whose it is and how it was set up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.site import site_organisation


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        # Lazy, so that pages which do not name it, and pages about a dead database, ask nothing.
        "organisation": SimpleLazyObject(lambda: site_organisation(request)),
        "DEMO": settings.DEMO,
        "SITE_URL": settings.SITE_URL,
        "STREAM_URL": settings.STREAM_URL,
        "MAP_TILE_URL": settings.MAP_TILE_URL,
        "MAP_TILE_ATTRIBUTION": settings.MAP_TILE_ATTRIBUTION,
    }
