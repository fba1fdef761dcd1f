"""What a key looks like and how it is kept: `PREFIX.SECRET`, of which we keep the prefix and a hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from dataclasses import dataclass

from django.conf import settings

PREFIX_LENGTH = 10
_PREFIX_ALPHABET = string.ascii_lowercase + string.digits
_SECRET_BYTES = 32
# Nothing hashes to this: what an unknown prefix is compared with.
NO_DIGEST = "0" * 64
LONGEST_KEY = 200


@dataclass(frozen=True)
class NewSecret:
    """`whole` is shown once, to whoever asked for the key, and kept by nobody here."""

    prefix: str
    whole: str
    digest: str

    def __repr__(self) -> str:
        return f"NewSecret({self.prefix})"


def make_secret() -> NewSecret:
    prefix = "".join(secrets.choice(_PREFIX_ALPHABET) for _place in range(PREFIX_LENGTH))
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return NewSecret(prefix, f"{prefix}.{secret}", digest_of(secret))


def digest_of(secret: str) -> str:
    """256 random bits need no slow hash; the pepper keeps a stolen table from being of any use."""
    pepper = settings.API_KEY_PEPPER or f"lokisa.api-key.{settings.SECRET_KEY}"
    return hmac.new(pepper.encode(), secret.encode(), hashlib.sha256).hexdigest()


def is_same(digest: str, other: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(digest.encode(), other.encode())
