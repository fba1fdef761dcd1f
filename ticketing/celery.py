"""The Celery application. Tasks are declared with `shared_task` in the apps and name their queue."""

from __future__ import annotations

import os

from celery import Celery
from kombu import Queue

QUEUES = ("interactive", "delivery", "sweeps", "reports")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings.development")

app = Celery("ticketing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.autodiscover_tasks()
