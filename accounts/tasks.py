"""Envelopes: one call out. Safe to run twice."""

from __future__ import annotations

from celery import shared_task

from accounts.actions import answers, housekeeping


@shared_task(name="accounts.forget_unconfirmed", queue="sweeps")
def forget_unconfirmed() -> int:
    return housekeeping.forget_unconfirmed()


@shared_task(name="accounts.forget_old_answers", queue="sweeps")
def forget_old_answers() -> int:
    return answers.forget_old_answers()
