from __future__ import annotations

from notifications.admin import log

__all__ = ["log"]
