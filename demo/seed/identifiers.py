"""Keys of demo rows: UUIDv7 like all others, but made from the story's own dice."""

from __future__ import annotations

import uuid
from datetime import datetime
from random import Random


def demo_id(rng: Random, at: datetime) -> uuid.UUID:
    """The key of a row that came into being at this moment; the same for the same dice."""
    return key_at(rng, int(at.timestamp() * 1000))


def key_at(rng: Random, milliseconds: int) -> uuid.UUID:
    dice = rng.getrandbits(74)
    high, low = dice >> 62, dice & (1 << 62) - 1
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
