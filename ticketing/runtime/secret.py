"""The signing key of the default run: made once, kept in the data directory."""

from __future__ import annotations

import contextlib
import os
import secrets

from ticketing.runtime.places import Places


def kept_secret_key(places: Places) -> str:
    """The key of this data directory, made now if it has none; empty when there is no directory of ours."""
    path = places.data / "secret_key"
    with contextlib.suppress(OSError):
        if places.data.is_dir() and not path.exists():
            # Linked into place whole: of several processes that start at once the first one's key holds.
            partial = path.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(partial, path)
            partial.unlink()
        return path.read_text(encoding="utf-8").strip()
    return ""
