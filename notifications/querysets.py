from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.enums import Capability
from accounts.permissions import is_operator, organisations_where
from notifications.enums import NotificationState

if TYPE_CHECKING:
    from notifications.models import Notification

UNFINISHED = [NotificationState.QUEUED, NotificationState.SENDING]


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: Any) -> NotificationQuerySet:
        """The delivery log holds addresses: for those who may see every ticket and who reported it."""
        if is_operator(user):
            return self.all()
        readable = set(organisations_where(user, Capability.VIEW_ALL_TICKETS))
        readable &= set(organisations_where(user, Capability.VIEW_REPORTERS))
        return self.filter(organisation_id__in=readable)

    def of_event(self, event_id: uuid.UUID) -> NotificationQuerySet:
        return self.filter(event_id=event_id)

    def due_by(self, now: datetime) -> NotificationQuerySet:
        """Waiting for their first or next attempt, and those whose worker died, longest waiting first."""
        due = self.filter(state__in=UNFINISHED, next_attempt_at__lte=now)
        return due.order_by("next_attempt_at", "pk")

    def outside_channels(self, channels: Collection[str]) -> NotificationQuerySet:
        return self.exclude(channel__in=list(channels))

    def for_sending(self) -> NotificationQuerySet:
        """With everything that a message is written from."""
        return self.select_related(
            "organisation",
            "recipient",
            "event__department",
            "event__ticket__organisation",
            "event__ticket__category",
            "event__ticket__department",
            "event__ticket__assignee",
        )

    def for_list(self) -> NotificationQuerySet:
        return self.select_related("event__ticket", "recipient")
