"""The reply address of a message: `reply+TOKEN@example.org`. The token names the notification, signed.

Letters and digits of one case: some servers write addresses small, and a local part has 64 characters.
"""

from __future__ import annotations

import base64
import hmac
import uuid
from binascii import Error as Base32Error

from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT = "notifications.inbound.reply"
_SIGNATURE_BYTES = 10


def reply_address(notification_id: uuid.UUID) -> str:
    """Where an answer to this message goes; "" where the installation reads no answers."""
    local, _at, domain = settings.REPLY_ADDRESS.partition("@")
    if not domain:
        return ""
    raw = notification_id.bytes + _signature(notification_id, settings.SECRET_KEY)
    token = base64.b32encode(raw).decode().rstrip("=").lower()
    return f"{local}+{token}@{domain}"


def notification_in(address: str) -> uuid.UUID | None:
    """The notification that a reply address was made for; None for every other address."""
    local, _at, domain = settings.REPLY_ADDRESS.lower().partition("@")
    user, _at, host = address.strip().lower().partition("@")
    beginning = f"{local}+"
    if not domain or host != domain or not user.startswith(beginning):
        return None
    return _unsigned(user.removeprefix(beginning))


def _unsigned(token: str) -> uuid.UUID | None:
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (Base32Error, ValueError):
        return None
    if len(raw) != 16 + _SIGNATURE_BYTES:
        return None
    key, signature = uuid.UUID(bytes=raw[:16]), raw[16:]
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    is_ours = any(hmac.compare_digest(_signature(key, secret), signature) for secret in secrets)
    return key if is_ours else None


def _signature(key: uuid.UUID, secret: str | bytes) -> bytes:
    return salted_hmac(_SALT, key.hex, secret=secret, algorithm="sha256").digest()[:_SIGNATURE_BYTES]
