from __future__ import annotations

from notifications.admin import banners, log, template
from notifications.inbound import admin as inbound

__all__ = ["banners", "inbound", "log", "template"]
