"""The nightly check: every open clock against its history, and what was found kept for people to read."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from accounts.models import Organisation
from tickets.clock_differences import BATCH, Difference, differences_of
from tickets.models import ClockCheck

logger = logging.getLogger(__name__)

# What is kept of one check, and for how long.
SHOWN = 200
_KEPT = timedelta(days=90)


def check_clocks(*, acting_user: None, batch: int = BATCH) -> list[ClockCheck]:
    """Compare all organisations' open clocks with their events. Returns what was found, one by one.

    Nothing is repaired: a difference means that a rule or a row is wrong, and somebody has to look.
    """
    ClockCheck.objects.checked_before(timezone.now() - _KEPT).delete()
    return [_check(organisation, batch) for organisation in Organisation.objects.order_by("pk")]


def _check(organisation: Organisation, batch: int) -> ClockCheck:
    now = timezone.now()
    tickets, found = 0, list[Difference]()
    count = 0
    for looked in differences_of(organisation.pk, now=now, batch=batch):
        tickets += looked.tickets
        count += len(looked.differences)
        found += looked.differences[: SHOWN - len(found)]
    for difference in found:
        logger.error("Clock differs: %s.", difference)
    logger.info("Clocks of %s: %d tickets, %d differences.", organisation.slug, tickets, count)
    return ClockCheck.objects.create(
        organisation=organisation,
        checked_at=now,
        tickets=tickets,
        count=count,
        differences=[difference.as_row() for difference in found],
    )
