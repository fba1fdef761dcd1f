from __future__ import annotations

from notifications.admin import log, notices, template
from notifications.inbound import admin as inbound

__all__ = ["inbound", "log", "notices", "template"]
