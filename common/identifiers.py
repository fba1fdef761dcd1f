"""Primary keys: UUIDv7, ordered in time so that inserts stay at the right edge of their index."""

from __future__ import annotations

import uuid

from uuid_utils.compat import uuid7 as _uuid7


def new_id() -> uuid.UUID:
    """A new UUIDv7 (RFC 9562), made in Python so that no database version matters."""
    return _uuid7()


def as_uuid(value: str) -> uuid.UUID | None:
    """The id that was typed, or None for other words."""
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
