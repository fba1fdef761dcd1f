"""Envelopes: an id in, one call out. Safe to run twice."""

from __future__ import annotations

import uuid

from celery import shared_task

from accountability.actions import recording


@shared_task(name="accountability.hold_accountable", queue="sweeps")
def hold_accountable(*, event_id: str) -> None:
    recording.hold_accountable([uuid.UUID(event_id)])
