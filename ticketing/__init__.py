"""The project: wiring only, no rules."""

from __future__ import annotations

from ticketing.celery import app as celery_app

__all__ = ["celery_app"]
