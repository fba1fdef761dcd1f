from __future__ import annotations

from notifications.admin import log, template

__all__ = ["log", "template"]
