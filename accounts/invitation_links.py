"""The link of an invitation: the row's key and a proof that we wrote it. Derived, never stored."""

from __future__ import annotations

import base64
import hmac
import uuid
from binascii import Error as Base64Error

from django.utils.crypto import salted_hmac

from accounts.models import Invitation

_SALT = "accounts.invitation"
_KEY_BYTES = 16
_PROOF_BYTES = 20
_LENGTH = 48


def link_token(invitation: Invitation) -> str:
    """What stands in the link of the last mail."""
    return base64.urlsafe_b64encode(invitation.pk.bytes + _proof(invitation)).decode()


def key_of_token(token: str) -> uuid.UUID | None:
    """The invitation's key out of a link, or None for something else. Proves nothing."""
    try:
        raw = base64.urlsafe_b64decode(token) if len(token) == _LENGTH and token.isascii() else b""
    except (Base64Error, ValueError):
        return None
    return uuid.UUID(bytes=raw[:_KEY_BYTES]) if len(raw) == _KEY_BYTES + _PROOF_BYTES else None


def is_token_of(invitation: Invitation, token: str) -> bool:
    """Whether the last mail had this link; in constant time."""
    return hmac.compare_digest(link_token(invitation).encode(), token.encode())


def _proof(invitation: Invitation) -> bytes:
    message = f"{invitation.pk}:{invitation.serial}:{invitation.email}"
    return salted_hmac(_SALT, message, algorithm="sha256").digest()[:_PROOF_BYTES]
