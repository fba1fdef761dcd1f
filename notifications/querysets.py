from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.enums import Capability
from accounts.permissions import is_operator, organisations_where
from accounts.querysets import ManagedRows
from common.identifiers import as_uuid
from notifications.enums import UNFINISHED, AttemptOutcome, Channel, CircuitState, Hold, NotificationState
from notifications.permissions import organisations_with_log

if TYPE_CHECKING:
    from notifications.models import (
        Attempt,
        Circuit,
        MessageTemplate,
        Notice,
        Notification,
        Preference,
        SmsUse,
        TellingRules,
    )


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: Any) -> NotificationQuerySet:
        """The delivery log holds addresses: for those who may see every ticket and who reported it."""
        if is_operator(user):
            return self.all()
        return self.filter(organisation_id__in=organisations_with_log(user))

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

    def held_with(self, notification: Notification) -> NotificationQuerySet:
        """What else waits to go out in the same mail: of the same ticket, or for the same summary."""
        same = self.filter(
            organisation_id=notification.organisation_id,
            recipient_key=notification.recipient_key,
            channel=notification.channel,
            state=NotificationState.HELD,
            hold=notification.hold,
            carrier=None,
        )
        if notification.hold == Hold.BURST:
            same = same.filter(event__ticket=notification.event.ticket_id)
        return same.exclude(pk=notification.pk)

    def carried_by(self, notification: Notification) -> NotificationQuerySet:
        """What a message tells of as well, and has not told yet."""
        return self.filter(carrier=notification, state=NotificationState.HELD)

    def by_channel(self, channel: str) -> NotificationQuerySet:
        return self.filter(channel=channel)

    def unfinished(self) -> NotificationQuerySet:
        return self.filter(state__in=UNFINISHED)

    def waiting_for_template(self) -> NotificationQuerySet:
        """Those whose words could not be written."""
        return self.filter(state=NotificationState.HELD, hold=Hold.TEMPLATE)

    def for_sending(self) -> NotificationQuerySet:
        """With everything that a message is written from."""
        related = self.select_related(
            "organisation__telling_rules",
            "recipient__preference",
            "event__department",
            "event__ticket__organisation",
            "event__ticket__category",
            "event__ticket__department",
            "event__ticket__assignee",
        )
        return related.prefetch_related("recipient__preference__switched_off")

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

    def called(self, channel: Channel, name: str) -> AttemptQuerySet:
        """The attempt that we call so: `Notification.name_of_attempt`. None for any other text."""
        key, _dot, number = name.partition(".")
        message = as_uuid(key)
        if message is None or not number.isdecimal() or len(number) > 4:
            return self.none()
        return self.filter(notification=message, number=int(number), notification__channel=channel)

    def known_as(self, channel: Channel, provider_reference: str) -> AttemptQuerySet:
        """The attempts that a provider knows by its reference, the last one first."""
        found = self.filter(provider_reference=provider_reference, notification__channel=channel)
        return found.order_by("-began_at", "-pk")


class MessageTemplateQuerySet(ManagedRows, models.QuerySet["MessageTemplate"]):
    def used_for(self, kind: str) -> MessageTemplateQuerySet:
        return self.filter(kind=kind, is_in_use=True)

    def in_language(self, language: str) -> MessageTemplateQuerySet:
        return self.filter(language=language)


class CircuitQuerySet(models.QuerySet["Circuit"]):
    def of_channel(self, channel: str) -> CircuitQuerySet:
        return self.filter(channel=channel)

    def interrupted(self) -> CircuitQuerySet:
        """Those whose provider is down."""
        return self.exclude(state=CircuitState.CLOSED).order_by("channel")

    def to_be_probed(self, now: datetime) -> CircuitQuerySet:
        return self.exclude(state=CircuitState.CLOSED).filter(probe_at__lte=now)

    def draining(self) -> CircuitQuerySet:
        """Those whose provider is back, and which give it their backlog slowly."""
        return self.filter(is_draining=True)

    def with_room_since(self, moment: datetime, most: int) -> CircuitQuerySet:
        """Fewer than so many went out in the minute that began after this moment."""
        return self.filter(minute_began_at__gt=moment, drained__lt=most)

    def idle_since(self, moment: datetime) -> CircuitQuerySet:
        """Their last minute of draining began before."""
        return self.filter(minute_began_at__lte=moment)


class TellingRulesQuerySet(ManagedRows, models.QuerySet["TellingRules"]):
    """The rules are for those who make them."""


class PreferenceQuerySet(models.QuerySet["Preference"]):
    def of_people(self, keys: Collection[uuid.UUID]) -> PreferenceQuerySet:
        """With whose they are and what they have switched off."""
        return self.filter(user__in=list(keys)).select_related("user").prefetch_related("switched_off")


class SmsUseQuerySet(models.QuerySet["SmsUse"]):
    def of_day(self, organisation_id: uuid.UUID, day: date) -> SmsUseQuerySet:
        return self.filter(organisation_id=organisation_id, day=day)

    def with_at_least(self, parts: int) -> SmsUseQuerySet:
        return self.filter(parts__gte=parts)

    def of_month(self, organisation_id: uuid.UUID, day: date) -> SmsUseQuerySet:
        """The days of the month in which a day is, up to that one."""
        return self.filter(organisation_id=organisation_id, day__gte=day.replace(day=1), day__lte=day)

    def with_refusals_since(self, user: Any, day: date) -> SmsUseQuerySet:
        """Where a limit kept something back, of the organisations that the person manages."""
        found = self.filter(refused__gt=0, day__gte=day)
        if not is_operator(user):
            managed = organisations_where(user, Capability.MANAGE_ORGANISATION)
            found = found.filter(organisation_id__in=managed)
        return found.select_related("organisation").order_by("organisation_id", "-day")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of_person(self, person_id: uuid.UUID) -> NoticeQuerySet:
        return self.filter(person_id=person_id)

    def with_key(self, key: uuid.UUID) -> NoticeQuerySet:
        return self.filter(pk=key)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)

    def of_ticket(self, ticket_id: uuid.UUID) -> NoticeQuerySet:
        return self.filter(event__ticket_id=ticket_id)

    def for_list(self) -> NoticeQuerySet:
        return self.select_related("event__ticket").order_by("-created_at", "-pk")
