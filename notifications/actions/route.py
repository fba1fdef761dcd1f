"""From an event to the messages about it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from notifications.actions.notices import ring
from notifications.enums import Audience, Channel, Hold, NotificationState
from notifications.holds import Wait, Wishes, is_part_of_a_burst, wait_for
from notifications.inbound.queries import whatsapp_number_of
from notifications.models import Notification
from notifications.queries import Recipient, kinds_not_told, recipients_of, update_of, wishes_of
from notifications.routing import (
    ALSO_TOLD_TO_WHO_DID_IT,
    TEAM_KINDS,
    audiences_of,
    channels_of,
    concerns,
)
from notifications.topics import TOPICS, topic_of
from tickets.enums import EventKind
from tickets.models import TicketEvent


def route_event(event_id: uuid.UUID) -> list[uuid.UUID]:
    """Queue a message for everybody who hears of this event. Returns what waits to be sent.

    Safe to repeat: a message that exists already is left as it is.
    """
    events = TicketEvent.objects.select_related("ticket__organisation", "ticket__reporter", "assignee")
    event = events.filter(pk=event_id).first()
    if event is None:
        return []
    if event.kind in kinds_not_told(event.organisation_id):
        return []
    told = list(_told(event, EventKind(event.kind)))
    ring(event, told)
    Notification.objects.bulk_create(_messages_about(event, told), ignore_conflicts=True)
    waiting = Notification.objects.of_event(event.pk).due_by(timezone.now())
    return list(waiting.values_list("pk", flat=True))


def _messages_about(event: TicketEvent, told: Sequence[tuple[Audience, Recipient]]) -> Iterator[Notification]:
    kind, now = EventKind(event.kind), timezone.now()
    keys = [recipient.user_id for _audience, recipient in told if recipient.user_id]
    wishes = wishes_of(keys, event.organisation)
    by_phone = _phone_channel(event) if any(recipient.phone for _audience, recipient in told) else Channel.SMS
    for audience, recipient in told:
        own = wishes.get(recipient.user_id) if recipient.user_id else None
        for channel in _channels(kind, audience, recipient, own):
            yield Notification(
                organisation_id=event.organisation_id,
                event=event,
                audience=audience,
                channel=by_phone if channel is Channel.SMS else channel,
                recipient_id=recipient.user_id,
                recipient_key=recipient.key,
                address=getattr(recipient, _ADDRESS_FOR[channel]),
                language=recipient.language,
                **_waits(event, audience, channel, own, now),
            )


def _phone_channel(event: TicketEvent) -> Channel:
    """WhatsApp in place of SMS where the organisation has a number there; wishes for SMS hold for it."""
    return Channel.WHATSAPP if whatsapp_number_of(event.organisation_id) else Channel.SMS


def _channels(
    kind: EventKind, audience: Audience, recipient: Recipient, wishes: Wishes | None
) -> list[Channel]:
    """By those of the person's addresses that they want to hear of it by."""
    has = {Channel.EMAIL: bool(recipient.email), Channel.SMS: bool(recipient.phone)}
    by_all = channels_of(kind, audience, has_email=has[Channel.EMAIL], has_phone=has[Channel.SMS])
    if wishes is None:
        return by_all
    topic = topic_of(kind, audience)
    wanted = {channel: has[channel] and wishes.allows(topic, channel) for channel in has}
    by_wish = channels_of(kind, audience, has_email=wanted[Channel.EMAIL], has_phone=wanted[Channel.SMS])
    # What cannot be switched off goes by what there is.
    return by_wish if by_wish or TOPICS[topic].may_be_off else by_all


def _waits(
    event: TicketEvent, audience: Audience, channel: Channel, wishes: Wishes | None, now: datetime
) -> dict[str, object]:
    """Whether the message is held, why, and until when."""
    kind, seconds = EventKind(event.kind), settings.NOTIFICATION_BURST_SECONDS
    wait = wait_for(topic_of(kind, audience), channel, wishes or _no_wishes(event), now)
    in_burst = is_part_of_a_burst(
        audience,
        channel,
        has_project=event.ticket.project_id is not None,
        is_change=kind in TEAM_KINDS,
    )
    if wait is None and in_burst and seconds:
        wait = Wait(Hold.BURST, now + timedelta(seconds=seconds))
    if wait is None:
        return {"next_attempt_at": now}
    return {"state": NotificationState.HELD, "hold": wait.hold, "next_attempt_at": wait.until}


def _no_wishes(event: TicketEvent) -> Wishes:
    """Of somebody who never said what they want."""
    return Wishes(ZoneInfo(event.ticket.organisation.time_zone))


_ADDRESS_FOR = {"email": "email", "sms": "phone"}


def _told(event: TicketEvent, kind: EventKind) -> Iterator[tuple[Audience, Recipient]]:
    """Everybody once, for the first audience that they are part of."""
    seen: set[str] = set()
    facts = {
        "has_assignee": event.assignee_id is not None,
        "data": event.data,
        "changes": event.changes,
    }
    for audience in audiences_of(kind):
        if not concerns(audience, kind, **facts):
            continue
        # The team is told of a whole update once, at its end.
        update = update_of(event) if audience == Audience.TEAM else [event]
        if update[-1].pk != event.pk:
            continue
        for recipient in recipients_of(event, audience):
            if recipient.key not in seen and not _did_it(update, kind, recipient):
                seen.add(recipient.key)
                yield audience, recipient


def _did_it(update: Sequence[TicketEvent], kind: EventKind, recipient: Recipient) -> bool:
    own = recipient.user_id is not None and recipient.user_id in {event.actor_id for event in update}
    return own and kind not in ALSO_TOLD_TO_WHO_DID_IT
