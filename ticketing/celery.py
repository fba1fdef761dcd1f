"""The Celery application. Tasks are declared with `shared_task` in the apps and name their queue."""

from __future__ import annotations

import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import worker_init
from kombu import Queue

from ticketing.collector import settle_collector

QUEUES = ("interactive", "delivery", "sweeps", "reports")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings.development")

# The default run is often root's own, in a container or on a rented machine; tasks are JSON, not pickles.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("ticketing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.autodiscover_tasks()


@worker_init.connect
def settle(**_told: Any) -> None:
    """Before the worker forks, so that what is settled is shared."""
    settle_collector()
