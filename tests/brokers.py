"""A message broker that is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from celery import Celery, current_app
from django.conf import LazySettings
from kombu.exceptions import OperationalError

NOWHERE = "redis://127.0.0.1:1/0"


@contextmanager
def dead_broker(settings: LazySettings) -> Iterator[None]:
    """Nobody answers at the broker's address, nor where live readers are told."""
    settings.REDIS_URL = NOWHERE
    alive = current_app._get_current_object()  # type: ignore[attr-defined]
    lonely = Celery("lonely", broker=NOWHERE, set_as_current=False)
    lonely.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    lonely.set_current()
    try:
        with pytest.raises(OperationalError):
            current_app.send_task("nobody.hears", retry=False)
        yield
    finally:
        alive.set_current()
        lonely.close()
