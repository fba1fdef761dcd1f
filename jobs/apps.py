from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        # They register themselves; at the top it would come before the models are there.
        import_module("jobs.recording")
        import_module("jobs.menu")
