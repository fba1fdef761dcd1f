"""News behind the bell: put there when an event is told, and read."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from accounts.models import User
from notifications.enums import Audience
from notifications.models import Notice
from notifications.queries import Recipient
from tickets.models import TicketEvent


def ring(event: TicketEvent, told: Iterable[tuple[Audience, Recipient]]) -> None:
    """Whoever has an account finds the event behind the bell, whatever they want to be sent.

    Not who did it: a receipt is no news; nor what happened around somebody, which is not about them.
    Safe to repeat.
    """
    Notice.objects.bulk_create(
        [
            Notice(
                organisation_id=event.organisation_id,
                person_id=recipient.user_id,
                event=event,
                audience=audience,
            )
            for audience, recipient in told
            if recipient.user_id not in {None, event.actor_id} and audience != Audience.AREA_FOLLOWERS
        ],
        ignore_conflicts=True,
    )


def read_one(notice: Notice) -> None:
    """With everything else that is about the same ticket: its page shows it all."""
    unread = Notice.objects.of_person(notice.person_id).unread()
    unread.of_ticket(notice.event.ticket_id).update(read_at=timezone.now())


def read_all(person: User) -> None:
    Notice.objects.of_person(person.pk).unread().update(read_at=timezone.now())
