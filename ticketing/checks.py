"""What is wrong with the settings, in words, before the first request: `manage.py check --deploy`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

TWILIO_SETTINGS = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
SHORTEST_KEY = 32


@register()
def check_site_url(**kwargs: Any) -> list[CheckMessage]:
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme in {"http", "https"} and parts.hostname and not parts.path:
        return []
    return [
        Error(
            f"SITE_URL is {settings.SITE_URL!r}, which is no address that links could start with.",
            hint="Set it to scheme and host alone, as in https://lokisa.example.org",
            id="ticketing.E001",
        )
    ]


@register()
def check_twilio_is_whole_or_absent(**kwargs: Any) -> list[CheckMessage]:
    missing = [name for name in TWILIO_SETTINGS if not getattr(settings, name)]
    if len(missing) in {0, len(TWILIO_SETTINGS)}:
        return []
    return [
        Error(
            f"SMS is half set up: {', '.join(missing)} missing.",
            hint="Set all three of them, or none: then no SMS is sent.",
            id="ticketing.E002",
        )
    ]


@register()
def check_mail_webhooks_are_locked(**kwargs: Any) -> list[CheckMessage]:
    if not settings.MAIL_WEBHOOKS or ":" in settings.ANYMAIL.get("WEBHOOK_SECRET", ""):
        return []
    return [
        Error(
            "MAIL_WEBHOOKS opens addresses where anybody could post mails in anybody's name.",
            hint="Set ANYMAIL_WEBHOOK_SECRET to NAME:PASSWORD, and enter both at the provider.",
            id="ticketing.E006",
        )
    ]


@register()
def check_secret_key(**kwargs: Any) -> list[CheckMessage]:
    if len(settings.SECRET_KEY) >= SHORTEST_KEY:
        return []
    return [
        Error(
            f"SECRET_KEY has fewer than {SHORTEST_KEY} characters; sessions and tokens could be forged.",
            hint="python -c 'import secrets; print(secrets.token_urlsafe(48))' makes a good one.",
            id="ticketing.E003",
        )
    ]


@register()
def check_map_tiles_name_their_source(**kwargs: Any) -> list[CheckMessage]:
    if not settings.MAP_TILE_URL or settings.MAP_TILE_ATTRIBUTION:
        return []
    return [
        checks.Warning(
            "MAP_TILE_URL is set without MAP_TILE_ATTRIBUTION; whoever serves the tiles wants to be named.",
            hint="Set MAP_TILE_ATTRIBUTION to the words that they ask for.",
            id="ticketing.W001",
        )
    ]


@register(Tags.security, deploy=True)
def check_https(**kwargs: Any) -> list[CheckMessage]:
    if settings.SITE_URL.startswith("https://"):
        return []
    return [
        Error(
            "SITE_URL does not begin with https://; people would sign in over an open line.",
            hint="Put a proxy with a certificate in front and set SITE_URL to its address.",
            id="ticketing.E004",
        )
    ]


@register(Tags.files, deploy=True)
def check_uploads_can_be_kept(**kwargs: Any) -> list[CheckMessage]:
    if settings.MEDIA_STORAGE != "folder":
        return []
    folder = Path(settings.MEDIA_ROOT)
    nearest = next((path for path in [folder, *folder.parents] if path.exists()), folder)
    if os.access(nearest, os.W_OK):
        return []
    return [
        Error(
            f"Photos cannot be kept: no write access to {folder}.",
            hint="Give the user who runs Lokisa write access there, or point MEDIA_ROOT elsewhere.",
            id="ticketing.E005",
        )
    ]


@register(Tags.security, deploy=True)
def check_demo_is_off(**kwargs: Any) -> list[CheckMessage]:
    if not settings.DEMO:
        return []
    return [
        Error(
            "DEMO is on: anybody can sign in with the printed passwords and read the mailbox page.",
            hint="Set DEMO=no, or use ticketing.settings.production.",
            id="ticketing.E006",
        )
    ]
