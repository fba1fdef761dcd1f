"""The link by which a follower hears no more of a ticket. Whoever has the mail has the link (RFC 8058)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import NotFound
from notifications.enums import Audience
from notifications.models import Notification
from tickets.models import AreaFollow, Support, Ticket
from tickets.queries import support_of_visitor
from tickets.verification import short_key

_SIGNER = Signer(salt="notifications.unsubscribing")
_AREAS_SIGNER = Signer(salt="notifications.unsubscribing.areas")


class UnknownLink(NotFound):
    sentence = gettext_lazy("This link is not one of ours, or was cut off on its way.")


def said_without_account(notification: Notification) -> Support | None:
    """What its recipient said without an account; None for everybody else, and where it was taken back."""
    if notification.audience != Audience.SUPPORTERS or notification.recipient_id is not None:
        return None
    return support_of_visitor(notification.event.ticket, notification.address)


def unsubscribe_link(notification: Notification) -> str:
    """The address for a follower, and for who said me too without an account; empty for everybody else, whose
    own ticket or work it is, or who can sign in.
    """
    if said := said_without_account(notification):
        return settings.SITE_URL + reverse("tickets:take_back", args=[short_key(said.pk)])
    if notification.audience != Audience.FOLLOWERS or notification.recipient_id is None:
        return ""
    token = _SIGNER.sign(notification.event.ticket_id.hex + notification.recipient_id.hex)
    return settings.SITE_URL + reverse("notifications:unsubscribe", args=[token])


def areas_link(notification: Notification, areas: Sequence[AreaFollow]) -> str:
    """The address by which its recipient hears no more of these areas; empty where there are none."""
    if not areas or notification.recipient_id is None:
        return ""
    token = _AREAS_SIGNER.sign("".join(key.hex for key in (notification.recipient_id, *_keys_of(areas))))
    return settings.SITE_URL + reverse("notifications:stop_areas", args=[token])


def _keys_of(areas: Sequence[AreaFollow]) -> list[uuid.UUID]:
    return [area.pk for area in areas]


def read_areas_link(token: str) -> tuple[User, list[uuid.UUID]]:
    """Who follows, and the keys of the areas; some may not be followed any more. Raises UnknownLink."""
    try:
        keys = _AREAS_SIGNER.unsign(token)
        person, *areas = (uuid.UUID(keys[start : start + 32]) for start in range(0, len(keys), 32))
        return User.objects.get(pk=person), areas
    except (BadSignature, ValueError, User.DoesNotExist) as error:
        raise UnknownLink from error


def read_link(token: str) -> tuple[Ticket, User]:
    """The ticket, and who is told of it. Raises UnknownLink."""
    try:
        keys = _SIGNER.unsign(token)
        ticket = Ticket.objects.get(pk=uuid.UUID(keys[:32]))
        return ticket, User.objects.get(pk=uuid.UUID(keys[32:]))
    except (BadSignature, ValueError, Ticket.DoesNotExist, User.DoesNotExist) as error:
        raise UnknownLink from error
