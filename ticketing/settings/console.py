"""How the staff console looks: django-unfold's settings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Lokisa console"),
    "SITE_HEADER": "Lokisa",
    "SITE_SUBHEADER": _("Staff console"),
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
}
