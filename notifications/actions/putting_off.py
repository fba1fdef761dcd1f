"""A message whose turn comes at the wrong time of day waits, and loses no attempt by it."""

from __future__ import annotations

from django.utils import timezone

from notifications.enums import Audience, Channel, Hold, NotificationState
from notifications.holds import quiet_until
from notifications.models import Notification
from notifications.queries import wishes_in
from notifications.topics import TOPICS, topic_of
from tickets.enums import EventKind


def is_put_off(notification: Notification) -> bool:
    """Whether it was held until the end of the person's quiet hours; a retry may come due in them, too."""
    preference = getattr(notification.recipient, "preference", None)
    is_begun = notification.state == NotificationState.SENDING
    if notification.channel == Channel.EMAIL or preference is None or is_begun:
        return False
    topic = topic_of(EventKind(notification.event.kind), Audience(notification.audience))
    until = quiet_until(wishes_in(preference, notification.organisation), timezone.now())
    if until is None or not TOPICS[topic].waits_for_morning:
        return False
    as_read = Notification.objects.as_read(notification)
    as_read.update(state=NotificationState.HELD, hold=Hold.QUIET_HOURS, next_attempt_at=until)
    return True
