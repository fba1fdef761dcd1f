"""One-time codes: derived from the verification's row and the installation's secret, never stored."""

from __future__ import annotations

import base64
import hmac
import uuid
from binascii import Error as Base64Error

from django.utils.crypto import salted_hmac

from tickets.models import Verification

DIGITS = 6
MAX_ATTEMPTS = 5
MAX_CODES = 10
_SALT = "tickets.verification.code"


def code_for(verification: Verification) -> str:
    """The present six-digit code of a verification."""
    message = f"{verification.pk}:{verification.code_serial}"
    digest = salted_hmac(_SALT, message, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}}"


def is_right_code(verification: Verification, typed: str) -> bool:
    """Compare in constant time; spaces and dashes do not matter."""
    digits = "".join(character for character in typed if character.isdigit() and character.isascii())
    return hmac.compare_digest(code_for(verification).encode(), digits.encode())


def link_token(verification: Verification) -> str:
    """What stands in the link of the message: the row's random key in 22 characters."""
    return base64.urlsafe_b64encode(verification.pk.bytes).rstrip(b"=").decode()


def key_of_token(token: str) -> uuid.UUID | None:
    """The verification's key out of a link, or None for something else."""
    try:
        raw = base64.urlsafe_b64decode(token + "==")
    except (Base64Error, ValueError):
        return None
    return uuid.UUID(bytes=raw) if len(raw) == 16 and len(token) == 22 else None
