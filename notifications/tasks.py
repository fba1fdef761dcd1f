"""Envelopes: an id in, one call out. All safe to run twice."""

from __future__ import annotations

import logging
import uuid
from itertools import islice

from celery import shared_task
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from notifications.actions import deliver as delivery
from notifications.actions.route import route_event
from notifications.inbound.actions import answering, fetching

logger = logging.getLogger(__name__)


@shared_task(name="notifications.route", queue="delivery")
def route(*, event_id: str) -> None:
    keys = iter(route_event(uuid.UUID(event_id)))
    while batch := list(islice(keys, delivery.BATCH)):
        _hand_on(batch)


@shared_task(name="notifications.deliver", queue="delivery")
def deliver(*, notification_ids: list[str]) -> None:
    delivery.deliver_all([uuid.UUID(key) for key in notification_ids])


@shared_task(name="notifications.deliver_due", queue="delivery")
def deliver_due() -> int:
    return delivery.deliver_due()


@shared_task(name="notifications.fetch_mail", queue="delivery")
def fetch_mail() -> int:
    return fetching.fetch_mail()


@shared_task(name="notifications.send_answers", queue="delivery")
def send_answers() -> int:
    return answering.send_answers()


def _hand_on(keys: list[uuid.UUID]) -> None:
    try:
        deliver.apply_async(kwargs={"notification_ids": [str(key) for key in keys]}, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("Could not enqueue %d messages: %s. The sweep will.", len(keys), error)
