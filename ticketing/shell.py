"""The site as something to install: its manifest, and the worker that keeps its shell on the phone."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.site import require_organisation
from departments.queries import kinds_stamp

_AN_HOUR = 3600
_FILES = (
    "css/tokens.css",
    "css/base.css",
    "css/components.css",
    "css/pages.css",
    "js/site.js",
    "js/photos.js",
    "js/offline.js",
    "icons/sprite.svg",
    "img/mark.svg",
    "img/wordmark.svg",
)


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    organisation = require_organisation(request)
    icons = [
        {
            "src": static(f"img/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    what_for = _("Report a problem, see what was promised, and confirm that it is really fixed.")
    described = {
        "id": "/",
        "name": f"{organisation.name} · Lokiša",
        "short_name": "Lokiša",
        "description": what_for,
        "lang": get_language(),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f7f1e7",
        "theme_color": "#4b2e8a",
        "icons": icons,
        "shortcuts": [{"name": _("Report a problem"), "url": reverse("tickets:report")}],
    }
    return JsonResponse(described, content_type="application/manifest+json", headers=_kept_for(_AN_HOUR))


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """Served from the top, because a worker reaches no further than its own address."""
    organisation = require_organisation(request)
    # One script loads another by the name that it has without a version.
    shell = [*(static(name) for name in _FILES), f"{settings.STATIC_URL}js/outbox.js"]
    # What the kept page shows changes with the kinds of problem and the suburbs.
    facts = [_source(), *shell, *_stamps(), get_language(), kinds_stamp(organisation.pk)]
    version = hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest()[:16]
    names = {"VERSION": version, "SHELL": shell, "OFFLINE": reverse("tickets:report_offline")}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in names.items())
    return HttpResponse(
        head + _source(), content_type="text/javascript", headers=_kept_for(_AN_HOUR) | {"Vary": "Cookie"}
    )


def _kept_for(seconds: int) -> dict[str, str]:
    return {"Cache-Control": f"private, max-age={seconds}"}


@cache
def _source() -> str:
    return Path(str(finders.find("js/service-worker.js"))).read_text(encoding="utf-8")


@cache
def _stamps() -> tuple[int, ...]:
    """When the files changed: in development their addresses do not say so."""
    return tuple(int(Path(str(finders.find(name))).stat().st_mtime) for name in _FILES)
