"""From an event to the messages about it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from django.utils import timezone

from notifications.enums import Audience
from notifications.models import Notification
from notifications.queries import Recipient, recipients_of, update_of
from notifications.routing import ALSO_TOLD_TO_WHO_DID_IT, audiences_of, channels_of, concerns
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
    Notification.objects.bulk_create(_messages_about(event), ignore_conflicts=True)
    waiting = Notification.objects.of_event(event.pk).due_by(timezone.now())
    return list(waiting.values_list("pk", flat=True))


def _messages_about(event: TicketEvent) -> Iterator[Notification]:
    kind = EventKind(event.kind)
    for audience, recipient in _told(event, kind):
        channels = channels_of(
            kind, audience, has_email=bool(recipient.email), has_phone=bool(recipient.phone)
        )
        for channel in channels:
            yield Notification(
                organisation_id=event.organisation_id,
                event=event,
                audience=audience,
                channel=channel,
                recipient_id=recipient.user_id,
                recipient_key=recipient.key,
                address=getattr(recipient, _ADDRESS_FOR[channel]),
                language=recipient.language,
            )


_ADDRESS_FOR = {"email": "email", "sms": "phone"}


def _told(event: TicketEvent, kind: EventKind) -> Iterator[tuple[Audience, Recipient]]:
    """Everybody once, for the first audience that they are part of."""
    seen: set[str] = set()
    for audience in audiences_of(kind):
        if not concerns(audience, kind, has_assignee=event.assignee_id is not None, data=event.data):
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
