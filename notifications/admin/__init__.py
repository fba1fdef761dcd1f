from __future__ import annotations

from notifications.admin import log, notices, template

__all__ = ["log", "notices", "template"]
