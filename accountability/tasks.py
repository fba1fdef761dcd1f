"""Envelopes: nothing in, one call out. Safe to run twice."""

from __future__ import annotations

from celery import shared_task

from accountability.actions import recording, reminding
from accountability.rules import ACCOUNT, REMIND


@shared_task(name=ACCOUNT, queue="sweeps")
def account_for_feed() -> int:
    return recording.account_for_feed()


@shared_task(name=REMIND, queue="sweeps")
def remind_of_remedies() -> int:
    return reminding.remind_of_remedies(acting_user=None)
