"""Envelopes: nothing in, one call out. All safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from departments.actions import calendars


@shared_task(name="departments.keep_up_with_holidays", queue="sweeps")
def keep_up_with_public_holidays() -> int:
    return calendars.keep_up_with_holidays(today=timezone.localdate(), acting_user=None)
