"""What runs by the clock. Beat copies this table into its own at start; there people may change the times."""

from __future__ import annotations

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {}
