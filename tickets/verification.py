"""One-time codes: derived from the verification's row and the installation's secret, never stored."""

from __future__ import annotations

import base64
import hmac
import uuid
from binascii import Error as Base64Error
from dataclasses import dataclass

from django.core import signing
from django.utils.crypto import salted_hmac

from tickets.models import Verification

DIGITS = 6
MAX_ATTEMPTS = 5
MAX_CODES = 10
_SALT = "tickets.verification.code"
_SPOT_SALT = "tickets.verification.spot"
# How old a QR code may be when it is scanned; the page that shows it makes a new one every minute.
SPOT_SECONDS = 180
# How long whoever scanned it may take to sign in, or to look for their code.
SPOT_ANSWER_SECONDS = 900


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
    return short_key(verification.pk)


def short_key(key: uuid.UUID) -> str:
    """A random key as links have it, in 22 characters."""
    return base64.urlsafe_b64encode(key.bytes).rstrip(b"=").decode()


def key_of_token(token: str) -> uuid.UUID | None:
    """The key out of a link, or None for something else."""
    try:
        raw = base64.urlsafe_b64decode(token + "==")
    except (Base64Error, ValueError):
        return None
    return uuid.UUID(bytes=raw) if len(raw) == 16 and len(token) == 22 else None


@dataclass(frozen=True)
class Spot:
    """That a phone was where the work was done: it scanned what a member showed there."""

    verification: uuid.UUID
    shown_by: uuid.UUID


def spot_token(verification: Verification, shown_by: uuid.UUID) -> str:
    """What the QR code carries: which question it is about, who shows it and since when, signed."""
    return signing.TimestampSigner(salt=_SPOT_SALT).sign(link_token(verification) + short_key(shown_by))


def spot_of_token(token: str, *, max_age: int | None = SPOT_SECONDS) -> Spot | None:
    """What a scanned token says; None for a forged one, and for one older than so many seconds, if any."""
    try:
        keys = signing.TimestampSigner(salt=_SPOT_SALT).unsign(token, max_age=max_age)
    except signing.BadSignature:
        return None
    verification, shown_by = key_of_token(keys[:22]), key_of_token(keys[22:])
    return Spot(verification, shown_by) if verification and shown_by else None
