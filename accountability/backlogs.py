"""How many events of the feed nobody has accounted for yet, and how many remedies nobody was reminded of."""

from __future__ import annotations

from django.utils import timezone

from accountability.models import Breach, FeedPlace
from accountability.rules import ACCOUNT, REMIND
from common.backlog import counted, register_backlog
from tickets.models import TicketEvent


def _unaccounted() -> int:
    place = FeedPlace.objects.first()
    return counted(TicketEvent.objects.after(place.position if place else 0))


def _unreminded() -> int:
    return counted(Breach.objects.to_remind(timezone.now()))


register_backlog(ACCOUNT, _unaccounted)
register_backlog(REMIND, _unreminded)
