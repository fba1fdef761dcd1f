"""The signing key of the default run: made once, kept in the data directory."""

from __future__ import annotations

import os
import secrets

from ticketing.runtime.places import Places


def read_secret_key(places: Places) -> str:
    """The key, or nothing when this data directory has not been started yet or is not ours to read."""
    try:
        return (places.data / "secret_key").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def ensure_secret_key(places: Places) -> str:
    if not read_secret_key(places):
        path = places.data / "secret_key"
        partial = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        partial.replace(path)
    return read_secret_key(places)
