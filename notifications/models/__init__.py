from __future__ import annotations

from notifications.models.attempt import Attempt, Receipt
from notifications.models.message import Notification
from notifications.models.template import MessageTemplate

__all__ = ["Attempt", "MessageTemplate", "Notification", "Receipt"]
