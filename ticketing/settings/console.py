"""How the staff console looks: django-unfold's settings. Names in quotes are resolved per request."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static

# Lightness and share of the full chroma per shade; the hue makes the accent.
_STEPS = {
    "50": (97.6, 0.08),
    "100": (94.6, 0.17),
    "200": (89.6, 0.34),
    "300": (82.0, 0.58),
    "400": (74.0, 0.80),
    "500": (66.0, 0.96),
    "600": (45.5, 1.00),
    "700": (40.0, 0.94),
    "800": (34.0, 0.80),
    "900": (29.0, 0.66),
    "950": (21.5, 0.52),
}
_ACCENTS = {
    "jacaranda": (297, 0.155),
    "ocean": (237, 0.100),
    "forest": (142, 0.105),
    "clay": (38, 0.135),
    "slate": (262, 0.040),
}


def shades(hue: int, chroma: float) -> dict[str, str]:
    return {step: f"oklch({light}% {chroma * share:.3f} {hue})" for step, (light, share) in _STEPS.items()}


ACCENT_SHADES = {name: shades(hue, chroma) for name, (hue, chroma) in _ACCENTS.items()}
# Warm sand by day; by night the same warmth with a breath of the evening's violet.
SAND = {
    "50": "oklch(98.2% .008 80)",
    "100": "oklch(95.8% .011 80)",
    "200": "oklch(90.8% .015 78)",
    "300": "oklch(84.5% .017 75)",
    "400": "oklch(69.5% .018 70)",
    "500": "oklch(53.0% .018 60)",
    "600": "oklch(43.5% .018 40)",
    "700": "oklch(36.0% .018 350)",
    "800": "oklch(27.5% .018 318)",
    "900": "oklch(21.0% .018 310)",
    "950": "oklch(15.5% .016 305)",
}


def _file(name: str) -> Any:
    return lambda _request: static(name)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "ticketing.admin.title",
    "SITE_HEADER": "ticketing.admin.header",
    "SITE_SUBHEADER": "ticketing.admin.subheader",
    "SITE_SYMBOL": "local_florist",
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "8px",
    "COLORS": {"base": SAND, "primary": "ticketing.admin.accent"},
    "STYLES": [_file("console/console.css")],
    "SCRIPTS": [_file("console/console.js")],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _file("img/mark.svg")}],
    "DASHBOARD_CALLBACK": "tickets.admin.my_work.my_work",
    "SIDEBAR": {"navigation": "ticketing.admin.navigation"},
}
