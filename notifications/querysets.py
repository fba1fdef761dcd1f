from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.enums import Capability
from accounts.permissions import is_operator, organisations_where
from notifications.enums import UNFINISHED, AttemptOutcome, Channel, NotificationState

if TYPE_CHECKING:
    from notifications.models import Attempt, MessageTemplate, Notification


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

    def with_keys(self, keys: Collection[uuid.UUID]) -> NotificationQuerySet:
        return self.filter(pk__in=list(keys))

    def due_by(self, now: datetime) -> NotificationQuerySet:
        """Waiting for their first or next attempt, and those whose worker died, longest waiting first."""
        due = self.filter(state__in=UNFINISHED, next_attempt_at__lte=now)
        return due.order_by("next_attempt_at", "pk")

    def as_read(self, notification: Notification) -> NotificationQuerySet:
        """The row, if nobody has touched it since it was read."""
        return self.filter(
            pk=notification.pk,
            state=notification.state,
            attempts=notification.attempts,
            next_attempt_at=notification.next_attempt_at,
        )

    def being_sent(self, attempt: Attempt) -> NotificationQuerySet:
        """The message of an attempt, as long as that is the last one."""
        return self.filter(
            pk=attempt.notification_id, state=NotificationState.SENDING, attempts=attempt.number
        )

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

    def for_page(self) -> NotificationQuerySet:
        """With every attempt and what was heard of it."""
        related = self.for_list().select_related("organisation", "sent_again_by", "carrier__event")
        return related.prefetch_related("tries__receipts", "carried__event")


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def begun(self) -> AttemptQuerySet:
        """Those that nobody has brought to an end."""
        return self.filter(outcome=AttemptOutcome.SENDING)

    def known_as(self, channel: Channel, provider_reference: str) -> AttemptQuerySet:
        """The attempts that a provider knows by its reference, the last one first."""
        found = self.filter(provider_reference=provider_reference, notification__channel=channel)
        return found.order_by("-began_at", "-pk")


class MessageTemplateQuerySet(models.QuerySet["MessageTemplate"]):
    def visible_to(self, user: Any) -> MessageTemplateQuerySet:
        """For those who look after the organisation."""
        if is_operator(user):
            return self.all()
        return self.filter(organisation_id__in=organisations_where(user, Capability.MANAGE_ORGANISATION))

    def of_organisation(self, organisation_id: uuid.UUID) -> MessageTemplateQuerySet:
        return self.filter(organisation_id=organisation_id)

    def used_for(self, kind: str) -> MessageTemplateQuerySet:
        return self.filter(kind=kind, is_in_use=True)

    def in_language(self, language: str) -> MessageTemplateQuerySet:
        return self.filter(language=language)
