"""What the bell on every page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from notifications.queries import unread_count


def bell(request: HttpRequest) -> dict[str, Any]:
    """Lazy, so that pages without a bell ask nothing."""
    return {"unread_notices": SimpleLazyObject(lambda: unread_count(request.user))}
