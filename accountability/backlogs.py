"""How many events of the feed nobody has accounted for yet."""

from __future__ import annotations

from accountability.models import FeedPlace
from accountability.rules import ACCOUNT
from common.backlog import counted, register_backlog
from tickets.models import TicketEvent


def _unaccounted() -> int:
    place = FeedPlace.objects.first()
    return counted(TicketEvent.objects.after(place.position if place else 0))


register_backlog(ACCOUNT, _unaccounted)
