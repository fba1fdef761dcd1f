"""Envelopes."""

from __future__ import annotations

from celery import shared_task

from jobs import actions


@shared_task(name="jobs.forget_old_runs", queue="sweeps")
def forget_old_runs() -> int:
    return actions.forget_old_runs()
