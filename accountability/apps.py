from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AccountabilityConfig(AppConfig):
    name = "accountability"

    def ready(self) -> None:
        # These register with the apps below; at the top they would come before the models are there.
        import_module("accountability.receivers")
        import_module("accountability.backlogs")
        import_module("accountability.subjects")
