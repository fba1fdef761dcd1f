"""Envelopes: nothing in, one call out. Safe to run twice."""

from __future__ import annotations

from celery import shared_task

from accountability.actions import recording
from accountability.rules import ACCOUNT


@shared_task(name=ACCOUNT, queue="sweeps")
def account_for_feed() -> int:
    return recording.account_for_feed()
