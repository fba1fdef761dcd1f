"""How many messages wait for the job that sends them."""

from __future__ import annotations

from django.utils import timezone

from common.backlog import counted, register_backlog
from notifications.models import Notification

register_backlog("notifications.deliver_due", lambda: counted(Notification.objects.due_by(timezone.now())))
