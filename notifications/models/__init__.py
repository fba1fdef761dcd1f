from __future__ import annotations

from notifications.models.attempt import Attempt, Receipt
from notifications.models.message import Notification

__all__ = ["Attempt", "Notification", "Receipt"]
